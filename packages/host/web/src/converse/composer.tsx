import { type KeyboardEvent, useState } from 'react'
import { Link } from 'wouter'
import type { Conversation, PluginSummary } from '../../../src/wire.ts'
import { Button } from '../parts/button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { Form } from '../parts/form.tsx'
import { HandIcon, PluginIcon, SendIcon, StopIcon } from '../parts/icons.tsx'
import { useSession } from '../session/session.ts'
import { OperationPicker } from './operation-picker.tsx'
import { PluginPicker } from './plugin-picker.tsx'
import type { ConversationActions } from './use-conversation.ts'

interface Props {
  conversation: Conversation | undefined
  plugins: PluginSummary[]
  actions: ConversationActions
}

export function Composer({ conversation, plugins, actions }: Props) {
  const { session } = useSession()
  const [text, setText] = useState('')
  const isRunning = conversation?.isRunning ?? false
  const hasModel = session.model.chosen !== undefined
  const enabled = conversation ? plugins.filter(({ id }) => conversation.plugins.includes(id)) : plugins
  const say = () => {
    if (text.trim() === '' || isRunning || !hasModel) return
    setText('')
    void actions.say(text)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    // While an input method composes a word, Enter accepts the word.
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault()
      say()
    }
  }
  return (
    <Form className="composer" onSubmit={say}>
      {hasModel ? (
        <textarea
          aria-label="Message"
          placeholder="Write a message"
          rows={2}
          value={text}
          maxLength={50_000}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
        />
      ) : (
        <p className="no-model">
          No model is connected. You can still call any operation with a form.{' '}
          <Link href="/settings">Set up a model</Link>
        </p>
      )}
      <div className="row spread">
        <div className="row">
          <Dialog
            kind="panel"
            title="Plugins in this conversation"
            trigger={
              <Button kind="plain">
                <PluginIcon /> {enabled.length} {enabled.length === 1 ? 'plugin' : 'plugins'}
              </Button>
            }
          >
            {() => <PluginPicker plugins={plugins} enabled={enabled.map(({ id }) => id)} onChange={actions.enable} />}
          </Dialog>
          <Dialog
            kind="panel"
            title="Call operation"
            trigger={
              <Button kind={hasModel ? 'plain' : 'primary'} isDisabled={isRunning || enabled.length === 0}>
                <HandIcon /> Call operation
              </Button>
            }
          >
            {(close) => (
              <OperationPicker
                plugins={enabled}
                onCall={(plugin, operation, given) => {
                  close()
                  void actions.callOperation(plugin, operation, given)
                }}
              />
            )}
          </Dialog>
        </div>
        {isRunning ? (
          <Button onPress={actions.stop}>
            <StopIcon /> Stop
          </Button>
        ) : (
          hasModel && (
            <Button type="submit" kind="primary" aria-label="Send" isDisabled={text.trim() === ''}>
              <SendIcon />
            </Button>
          )
        )}
      </div>
    </Form>
  )
}
