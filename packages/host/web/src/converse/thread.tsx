import { useEffect, useRef } from 'react'
import type { Conversation, Message, Part } from '../../../src/wire.ts'
import { Boundary } from '../parts/boundary.tsx'
import { Markdown } from '../parts/markdown.tsx'
import { CallCard } from './call-card.tsx'
import type { ConversationActions } from './use-conversation.ts'

interface Props {
  conversation: Conversation
  actions: ConversationActions
}

export function Thread({ conversation: { id: conversation, messages, isRunning }, actions }: Props) {
  const end = useRef<HTMLDivElement>(null)
  const count = messages.reduce((sum, { parts }) => sum + parts.length, 0)
  useEffect(() => {
    end.current?.scrollIntoView({ block: 'end' })
  }, [count, conversation])
  return (
    <div className="thread" role="log" aria-label="Conversation" aria-busy={isRunning}>
      {messages.map(({ id, role, parts }) => (
        <Boundary key={id}>
          <article className={`message ${role}`} aria-label={authorOf(role, parts)}>
            {parts.map((part, index) => (
              <PartView key={part.type === 'call' ? part.call.id : index} part={part} role={role} actions={actions} />
            ))}
          </article>
        </Boundary>
      ))}
      {isRunning && (
        <p className="working" role="status">
          Working…
        </p>
      )}
      <div ref={end} />
    </div>
  )
}

const authorOf = (role: Message['role'], [first]: Part[]): string =>
  role === 'user' ? 'You' : first?.type === 'call' && first.call.viewOf !== undefined ? 'View' : 'Assistant'

function PartView({ part, role, actions }: { part: Part; role: Message['role']; actions: ConversationActions }) {
  if (part.type === 'call') return <CallCard call={part.call} actions={actions} />
  if (part.type === 'notice') return <p className="notice">{part.text}</p>
  return role === 'user' ? <p className="said">{part.text}</p> : <Markdown text={part.text} />
}
