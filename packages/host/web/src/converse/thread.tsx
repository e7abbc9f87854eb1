import { useEffect, useRef } from 'react'
import type { Conversation, Message } from '../../../src/wire.ts'
import { Boundary } from '../parts/boundary.tsx'
import { Markdown } from '../parts/markdown.tsx'
import { CallCard } from './call-card.tsx'
import type { ConversationActions } from './use-conversation.ts'

interface Props {
  conversation: Conversation
  actions: ConversationActions
}

export function Thread({ conversation, actions }: Props) {
  const end = useRef<HTMLDivElement>(null)
  const count = conversation.messages.reduce((sum, { parts }) => sum + parts.length, 0)
  useEffect(() => {
    end.current?.scrollIntoView({ block: 'end' })
  }, [count, conversation.id])
  return (
    <div className="thread" role="log" aria-label="Conversation" aria-busy={conversation.isRunning}>
      {conversation.messages.map((message) => (
        <Boundary key={message.id}>
          <MessageView message={message} actions={actions} />
        </Boundary>
      ))}
      {conversation.isRunning && (
        <p className="working" role="status">
          Working…
        </p>
      )}
      <div ref={end} />
    </div>
  )
}

interface MessageProps {
  message: Message
  actions: ConversationActions
}

function MessageView({ message: { role, parts }, actions }: MessageProps) {
  return (
    <article className={`message ${role}`} aria-label={role === 'user' ? 'You' : 'Assistant'}>
      {parts.map((part, index) => {
        if (part.type === 'call') return <CallCard key={part.call.id} call={part.call} actions={actions} />
        if (part.type === 'notice')
          return (
            <p key={index} className="notice info">
              {part.text}
            </p>
          )
        return role === 'user' ? (
          <p key={index} className="said">
            {part.text}
          </p>
        ) : (
          <Markdown key={index} text={part.text} />
        )
      })}
    </article>
  )
}
