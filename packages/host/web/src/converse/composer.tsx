import { type KeyboardEvent, useState } from 'react'
import { Link } from 'wouter'
import type { Conversation, PluginSummary } from '../../../src/wire.ts'
import { Button } from '../parts/button.tsx'
import { HandIcon, PluginIcon, SendIcon, StopIcon } from '../parts/icons.tsx'
import { Panel } from '../parts/panel.tsx'
import { useSession } from '../session/session.ts'
import type { Acts } from './converse-view.tsx'
import { OperationPicker } from './operation-picker.tsx'
import { PluginPicker } from './plugin-picker.tsx'

interface Props {
  conversation: Conversation | undefined
  plugins: PluginSummary[]
  acts: Acts
}

export function Composer({ conversation, plugins, acts }: Props) {
  const { session } = useSession()
  const [text, setText] = useState('')
  const isRunning = conversation?.isRunning ?? false
  const hasModel = session.model.chosen !== undefined
  const enabled = conversation ? plugins.filter(({ id }) => conversation.plugins.includes(id)) : plugins
  const say = () => {
    if (text.trim() === '' || isRunning || !hasModel) return
    setText('')
    void acts.say(text)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    // While a word is being composed, Enter takes the word.
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault()
      say()
    }
  }
  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault()
        say()
      }}
    >
      {hasModel ? (
        <textarea
          aria-label="Say something"
          placeholder="Say something"
          rows={2}
          value={text}
          maxLength={50_000}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
        />
      ) : (
        <p className="no-model">
          No model: call operations by hand. <Link href="/settings">How to get one</Link>
        </p>
      )}
      <div className="row spread">
        <div className="row">
          <Panel
            title="Plugins of this conversation"
            trigger={
              <Button kind="plain">
                <PluginIcon /> {enabled.length} {enabled.length === 1 ? 'plugin' : 'plugins'}
              </Button>
            }
          >
            {() => <PluginPicker plugins={plugins} enabled={enabled.map(({ id }) => id)} onChange={acts.enable} />}
          </Panel>
          <Panel
            title="Call by hand"
            trigger={
              <Button kind={hasModel ? 'plain' : 'primary'} isDisabled={isRunning || enabled.length === 0}>
                <HandIcon /> Call by hand
              </Button>
            }
          >
            {(close) => (
              <OperationPicker
                plugins={enabled}
                onCall={(plugin, operation, given) => {
                  close()
                  void acts.callByHand(plugin, operation, given)
                }}
              />
            )}
          </Panel>
        </div>
        {isRunning ? (
          <Button aria-label="Stop" onPress={acts.stop}>
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
    </form>
  )
}
