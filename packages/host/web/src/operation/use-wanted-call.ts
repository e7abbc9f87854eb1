import { useEffect, useState } from 'react'
import { useSearchParams } from 'wouter'
import type { Call, FoundOperation, OperationSummary, PluginSummary } from '../../../src/wire.ts'
import type { WantedCall } from './operation-panel.tsx'
import { fromCall, fromText, type Prefilled } from './prefilled.ts'

/** The operation whose form is open, and what opens one. */
export function useWantedCall(plugins: PluginSummary[] | undefined) {
  const [wanted, setWanted] = useState<WantedCall>()
  const [parameters] = useSearchParams()
  /** Undefined if the user does not have the operation, or no longer. */
  const want = (id: string, name: string, toPrefilled: (operation: OperationSummary) => Prefilled = () => ({})) => {
    const plugin = plugins?.find((one) => one.id === id)
    const operation = plugin?.operations.find((one) => one.name === name)
    return plugin && operation && (() => setWanted({ plugin, operation, prefilled: toPrefilled(operation) }))
  }
  // A link from the list of a plugin's operations.
  const linked = parameters.get('operation')
  useEffect(() => {
    if (linked) want(parameters.get('plugin') ?? '', linked)?.()
  }, [linked, plugins === undefined])
  return {
    wanted,
    setWanted,
    openFound: ({ plugin, operation, filled }: FoundOperation) =>
      want(plugin.id, operation.name, () => fromText(filled))?.(),
    callAgain: (call: Call) => want(call.plugin.id, call.operation, ({ files }) => fromCall(call, files)),
  }
}
