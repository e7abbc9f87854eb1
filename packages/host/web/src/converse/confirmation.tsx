import { useEffect, useRef, useState } from 'react'
import { visibleText } from '../../../src/conversation/visible-text.ts'
import type { Call, Decision } from '../../../src/wire.ts'
import { Button } from '../parts/button.tsx'
import { CodeDetails } from '../parts/code.tsx'
import { toJson } from '../parts/json.ts'
import { PluginQuestion } from './plugin-question.tsx'
import type { ConversationActions } from './use-conversation.ts'

/** The host asks the user before a call. The model cannot answer for them. */
export function Confirmation({ call, decide }: { call: Call; decide: ConversationActions['decide'] }) {
  const region = useRef<HTMLElement>(null)
  const [isSent, setIsSent] = useState(false)
  const { ask } = call
  useEffect(() => {
    setIsSent(false)
    region.current?.focus()
  }, [ask?.digest])
  if (!ask) return null
  const then = call.recorded?.answered?.[call.answered?.length ?? 0]
  const answer = (decision: Decision) => () => {
    setIsSent(true)
    void decide(call.id, decision, ask.digest)
  }
  return (
    <section className="ask" ref={region} tabIndex={-1} aria-label="Confirm this call">
      {ask.question === undefined ? (
        <p>
          <strong>{ask.reason}</strong>
        </p>
      ) : (
        <>
          <PluginQuestion call={call} question={ask.question} facts={ask.facts ?? []} />
          <p>{ask.reason}</p>
        </>
      )}
      {then && <p>In the recording, the user {then.decision} this.</p>}
      {ask.warning && <p className="advice">{ask.warning}</p>}
      {ask.request && (
        <p>
          It goes to <code>{ask.request.host}</code>, with{' '}
          <code>
            {ask.request.method} {ask.request.path}
          </code>
          .
        </p>
      )}
      <CodeDetails label="Exactly what is sent" text={ask.arguments ?? visibleText(toJson(call.arguments))} />
      <div className="row">
        <Button kind="primary" isDisabled={isSent} onPress={answer('allow')}>
          Allow
        </Button>
        {ask.canRemember && (
          <Button isDisabled={isSent} onPress={answer('always')}>
            Always allow
          </Button>
        )}
        <Button isDisabled={isSent} onPress={answer('refuse')}>
          Deny
        </Button>
      </div>
    </section>
  )
}
