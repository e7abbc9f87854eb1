import type { Conversation, FoundOperation, PluginSummary } from '../../../src/wire.ts'
import { OperationFinder } from '../find/operation-finder.tsx'
import { ModelButton } from '../models/model-button.tsx'
import type { WantedCall } from '../operation/operation-panel.tsx'
import { OperationPicker } from '../operation/operation-picker.tsx'
import { Button } from '../parts/button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { HandIcon, PluginIcon, StopIcon } from '../parts/icons.tsx'
import { useSession } from '../session/session.ts'
import { MessageForm } from './message-form.tsx'
import { PluginPicker } from './plugin-picker.tsx'
import type { ConversationActions } from './use-conversation.ts'

interface Props {
  conversation: Conversation | undefined
  /** The active ones of the user. */
  plugins: PluginSummary[]
  actions: ConversationActions
  /** A sentence to find operations for. */
  chosen: { text: string } | undefined
  onWanted: (wanted: WantedCall) => void
  onFound: (found: FoundOperation) => void
}

/** Where the user speaks to the model, or, without one, finds operations. */
export function Composer({ conversation, plugins, actions, chosen, onWanted, onFound }: Props) {
  const { session } = useSession()
  const isRunning = conversation?.isRunning ?? false
  const hasModel = session.model.chosen !== undefined
  const enabled = conversation ? plugins.filter(({ id }) => conversation.plugins.includes(id)) : plugins
  const buttons = (
    <>
      <Dialog
        kind="panel"
        title="Plugins in this conversation"
        trigger={
          <Button kind="plain">
            <PluginIcon /> {enabled.length} <span className="wide">{enabled.length === 1 ? 'plugin' : 'plugins'}</span>
          </Button>
        }
      >
        {() => <PluginPicker plugins={plugins} enabled={enabled.map(({ id }) => id)} onChange={actions.enable} />}
      </Dialog>
      <Dialog
        kind="panel"
        title="Call operation"
        trigger={
          <Button kind="plain" isDisabled={isRunning || enabled.length === 0}>
            <HandIcon /> <span className="wide">Call operation</span>
          </Button>
        }
      >
        {(close) => (
          <OperationPicker
            plugins={enabled}
            onPick={(wanted) => {
              close()
              onWanted(wanted)
            }}
          />
        )}
      </Dialog>
      <ModelButton />
      {isRunning && (
        <Button onPress={actions.stop}>
          <StopIcon /> Stop
        </Button>
      )}
    </>
  )
  return (
    <div className="composer">
      {hasModel ? (
        <MessageForm key={conversation?.id} isRunning={isRunning} onSay={actions.say}>
          {buttons}
        </MessageForm>
      ) : (
        <>
          <OperationFinder
            key={conversation?.id}
            conversation={conversation?.id}
            calls={conversation?.messages.length ?? 0}
            chosen={chosen}
            onFound={onFound}
          />
          <div className="row">{buttons}</div>
        </>
      )}
    </div>
  )
}
