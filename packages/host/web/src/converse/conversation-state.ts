import type { Call, Conversation, Message, Part, TurnEvent } from '../../../src/wire.ts'

/** The conversation after an event. */
export function applyEvent(conversation: Conversation, event: TurnEvent): Conversation {
  switch (event.type) {
    case 'message':
      return conversation.messages.some(({ id }) => id === event.message.id)
        ? change(conversation, event.message.id, () => event.message.parts)
        : { ...conversation, messages: [...conversation.messages, event.message] }
    case 'text':
      return change(conversation, event.message, (parts) => {
        const last = parts.at(-1)
        return last?.type === 'text'
          ? [...parts.slice(0, -1), { type: 'text', text: last.text + event.delta }]
          : [...parts, { type: 'text', text: event.delta }]
      })
    case 'call':
      return change(conversation, event.message, (parts) => withCall(parts, event.call))
    case 'notice':
      return change(conversation, event.message, (parts) => [...parts, { type: 'notice', text: event.text }])
    case 'title':
      return { ...conversation, title: event.title }
    case 'end':
      return { ...conversation, isRunning: false }
  }
}

const change = (conversation: Conversation, id: string, to: (parts: Part[]) => Part[]): Conversation => ({
  ...conversation,
  messages: conversation.messages.map(
    (message): Message => (message.id === id ? { ...message, parts: to(message.parts) } : message),
  ),
})

const withCall = (parts: Part[], call: Call): Part[] =>
  parts.some((part) => part.type === 'call' && part.call.id === call.id)
    ? parts.map((part) => (part.type === 'call' && part.call.id === call.id ? { type: 'call', call } : part))
    : [...parts, { type: 'call', call }]

export const callsOf = ({ messages }: Conversation): Call[] =>
  messages.flatMap(({ parts }) => parts.flatMap((part) => (part.type === 'call' ? [part.call] : [])))
