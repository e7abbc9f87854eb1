import { visibleLine } from '../../../src/conversation/visible-text.ts'
import type { Call, Fact } from '../../../src/wire.ts'

interface Props {
  call: Call
  question: string
  facts: Fact[]
}

/** What a plugin asks before a call, in its words and figures. After a change it says what has changed. */
export function PluginQuestion({ call, question, facts }: Props) {
  const last = call.answered?.at(-1)
  const before = call.ask?.again === undefined ? undefined : last
  const wasOf = ({ label, value }: Fact, index: number): string | undefined => {
    const was = before?.facts[index]
    return was && was.label === label && was.value !== value ? was.value : undefined
  }
  return (
    <>
      {call.ask?.again && <p className="advice">{call.ask.again}</p>}
      <p>
        <small>{visibleLine(call.plugin.title)} asks:</small>
      </p>
      <p className="question">{question}</p>
      {facts.length > 0 && (
        <dl className="facts">
          {facts.map((fact, index) => (
            <div key={index}>
              <dt>{fact.label}</dt>
              <dd>
                {fact.value}
                {wasOf(fact, index) !== undefined && <small> (was {wasOf(fact, index)})</small>}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </>
  )
}
