import { useState } from 'react'
import type { LocalPlugin, OperationSummary, PluginSummary } from '../../../src/wire.ts'
import { OpenPanel } from '../parts/dialog.tsx'
import { ActivateButton } from '../plugins/activate-button.tsx'
import { OperationForm } from './operation-form.tsx'
import type { Prefilled } from './prefilled.ts'

/** An operation that the user wants to call. */
export interface WantedCall {
  plugin: PluginSummary
  operation: OperationSummary
  prefilled?: Prefilled
}

interface Props {
  wanted: WantedCall
  locals: LocalPlugin[]
  onClose: () => void
  onActivated: () => void
  onCall: (plugin: string, operation: string, given: Record<string, unknown>) => void
}

/** The form of an operation, beside the page. A plugin that is not active can be activated in it. */
export function OperationPanel({ wanted, locals, onClose, onActivated, onCall }: Props) {
  const { plugin, operation, prefilled } = wanted
  const [isActive, setIsActive] = useState(plugin.activation === 'active')
  return (
    <OpenPanel title={`${plugin.title}: ${operation.title}`} onClose={onClose}>
      {(close) =>
        isActive ? (
          <OperationForm
            operation={operation}
            prefilled={prefilled}
            onCall={(given) => {
              close()
              onCall(plugin.id, operation.name, given)
            }}
          />
        ) : (
          <>
            <p>{plugin.title} is not active yet. Activate it to call this operation.</p>
            <ActivateButton
              plugin={plugin}
              local={locals.find((local) => local.plugin === plugin.id)}
              onActive={() => {
                setIsActive(true)
                onActivated()
              }}
            />
          </>
        )
      }
    </OpenPanel>
  )
}
