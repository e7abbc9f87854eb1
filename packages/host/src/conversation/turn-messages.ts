import type { Call, Message, Part } from '../wire.ts'
import { callsOf } from './conversations.ts'
import type { MessageEvent } from './speech.ts'
import type { TurnContext } from './turn-context.ts'

/** How old the stored text of an answer may get, in milliseconds. */
const saveEvery = 1_000

/** The messages of the conversation of one turn. Every change is stored, then the listeners are told. */
export class TurnMessages {
  readonly #context: Pick<TurnContext, 'user' | 'conversation' | 'conversations' | 'events'>
  /** The text that the model is saying. */
  #text: Extract<Part, { type: 'text' }> | undefined
  #savedAt = Date.now()

  constructor(context: TurnContext) {
    this.#context = context
  }

  calls(): Call[] {
    return this.#context.conversation.messages.flatMap(({ parts }) => callsOf(parts))
  }

  messageOf(call: Call): Message {
    const { messages } = this.#context.conversation
    return messages.find(({ parts }) => callsOf(parts).some(({ id }) => id === call.id)) as Message
  }

  async add(role: Message['role'], parts: Part[]): Promise<Message> {
    const { user, conversation, conversations } = this.#context
    const message = await conversations.addMessage(user, conversation.id, role, parts)
    conversation.messages.push(message)
    this.show(message)
    return message
  }

  /** What the model says next is a text of its own. */
  beginText(): void {
    this.#text = undefined
  }

  /** @param token confirms the call, which waits with a question of its plugin */
  put(call: Call, token?: string): Promise<void> {
    return this.change({ type: 'call', message: this.messageOf(call).id, call }, token)
  }

  async change(event: MessageEvent, token?: string): Promise<void> {
    const { user, conversation, conversations, events } = this.#context
    const message = conversation.messages.find(({ id }) => id === event.message) as Message
    const { parts } = message
    if (event.type === 'notice') parts.push({ type: 'notice', text: event.text })
    if (event.type === 'call') {
      const place = parts.findIndex((part) => part.type === 'call' && part.call.id === event.call.id)
      parts.splice(place < 0 ? parts.length : place, 1, { type: 'call', call: event.call })
    }
    if (event.type === 'text') {
      this.#text ??= parts[parts.push({ type: 'text', text: '' }) - 1] as { type: 'text'; text: string }
      this.#text.text += event.delta
    }
    if (event.type !== 'text' || Date.now() - this.#savedAt > saveEvery) {
      this.#savedAt = Date.now()
      await conversations.saveMessage(user, message, event.type === 'call' ? event.call : undefined, token)
    }
    events.emit(event)
  }

  /** Tells the listeners the message as it is before its changes, because a late listener has read some of them. */
  show(message: Message): void {
    this.#context.events.emit({ type: 'message', message: { ...message, parts: [...message.parts] } })
  }

  /** Names the conversation after the first line of a text. */
  async name(text: string): Promise<void> {
    const { user, conversation, conversations, events } = this.#context
    const line = text.trim().split('\n')[0] ?? ''
    const title = line.length > 60 ? `${line.slice(0, 59).toWellFormed()}…` : line
    await conversations.change(user, conversation.id, { title })
    events.emit({ type: 'title', title })
  }
}
