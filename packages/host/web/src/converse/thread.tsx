import { useEffect, useRef, useState } from 'react'
import type { Call, Conversation, Message, Part } from '../../../src/wire.ts'
import { Boundary } from '../parts/boundary.tsx'
import { Button } from '../parts/button.tsx'
import { CopyButton } from '../parts/copy-button.tsx'
import { Markdown } from '../parts/markdown.tsx'
import { CallCard, type CallCardProps } from './call-card.tsx'
import type { ConversationActions } from './use-conversation.ts'

/** In pixels. */
const nearEnd = 150

interface Props {
  conversation: Conversation
  actions: ConversationActions
  callAgain: CallCardProps['callAgain']
  /** Says a message again, in other words, in a copy of the conversation. */
  edit: (message: Message, text: string) => void
}

export function Thread({ conversation: { messages, isRunning }, actions, callAgain, edit }: Props) {
  const end = useRef<HTMLDivElement>(null)
  const isAtEnd = useRef(true)
  const lastTop = useRef(0)
  const isAsked = messages.at(-1)?.role === 'user'
  // Someone who reads further up stays there.
  const follow = () => {
    if (isAtEnd.current || isAsked) end.current?.scrollIntoView({ block: 'end' })
  }
  useEffect(follow, [messages])
  const views = messages.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.type === 'call' && part.call.view ? [part.call.id] : [])),
  )
  const newest = views.at(-1)
  // One view is open at a time: the newest, until the user opens another one.
  const [opened, setOpened] = useState({ view: newest, newest })
  const open = opened.newest === newest ? opened.view : newest
  const partProps = {
    actions,
    callAgain,
    isViewOpen: (call: Call) => call.id === open,
    onViewResized: follow,
    openView: (call: Call) => setOpened({ view: call.id, newest }),
  }
  return (
    <div
      className="thread"
      role="log"
      aria-label="Conversation"
      aria-busy={isRunning}
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        // What grows leaves the end too, but only a reader scrolls up.
        if (scrollHeight - scrollTop - clientHeight < nearEnd) isAtEnd.current = true
        else if (scrollTop < lastTop.current) isAtEnd.current = false
        lastTop.current = scrollTop
      }}
    >
      {messages.map((message) => (
        <Boundary key={message.id}>
          <article className={`message ${message.role}`} aria-label={authorOf(message)}>
            {message.parts.map((part, index) => (
              <PartView
                key={part.type === 'call' ? part.call.id : index}
                part={part}
                role={message.role}
                edit={(text) => edit(message, text)}
                {...partProps}
              />
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

const authorOf = ({ role, parts: [first] }: Message): string =>
  role === 'user' ? 'You' : first?.type === 'call' && first.call.viewOf !== undefined ? 'View' : 'Assistant'

interface PartProps extends Omit<CallCardProps, 'call'> {
  part: Part
  role: Message['role']
  edit: (text: string) => void
}

function PartView({ part, role, edit, ...props }: PartProps) {
  if (part.type === 'call') return <CallCard call={part.call} {...props} />
  if (part.type === 'notice') return <p className="notice">{part.text}</p>
  return (
    <>
      {role === 'user' ? <p className="said">{part.text}</p> : <Markdown text={part.text} />}
      <div className="row message-tools">
        {part.recorded && <span className="tag recorded">Recorded</span>}
        {role === 'assistant' && <CopyButton label="Message" text={part.text} />}
        {role === 'user' && !part.recorded && (
          <Button kind="plain" aria-label="Edit message" onPress={() => edit(part.text)}>
            Edit
          </Button>
        )}
      </div>
    </>
  )
}
