import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { Message, Part, TurnEvent } from '../wire.ts'
import type { Conversations } from './conversations.ts'
import type { EventSource } from './event-stream.ts'
import type { TurnLeases } from './turn-leases.ts'

/** In milliseconds. */
const lookEvery = 500

/** A turn that another process runs, as far as it is stored: text comes in pieces of about a second. */
export class FollowedTurn implements EventSource<TurnEvent> {
  readonly #conversations: Conversations
  readonly #leases: TurnLeases
  readonly #user: string
  readonly #id: string

  constructor(conversations: Conversations, leases: TurnLeases, user: string, id: string) {
    this.#conversations = conversations
    this.#leases = leases
    this.#user = user
    this.#id = id
  }

  /** @throws Problem 404 when the conversation has been deleted */
  async *listen(signal: AbortSignal): AsyncGenerator<TurnEvent> {
    let shown: Awaited<ReturnType<Conversations['recent']>> | undefined
    while (!signal.aborted) {
      // Before what is stored is read, so that the last change is seen.
      const isRunning = await this.#leases.isRunning(this.#id)
      const end = isRunning ? undefined : await this.#leases.endOf(this.#user, this.#id)
      const found = await this.#conversations.recent(this.#user, this.#id, shown?.first)
      if (found.title !== shown?.title) yield { type: 'title', title: found.title }
      for (const message of found.messages)
        yield* toEvents(
          shown?.messages.find(({ id }) => id === message.id),
          message,
        )
      if (end) return yield end
      shown = found
      await sleep(lookEvery, undefined, { signal, ref: false }).catch(() => {})
    }
  }
}

/** What has changed of a message, as the page applies it. */
function* toEvents(before: Message | undefined, after: Message): Generator<TurnEvent> {
  const { id, parts } = after
  const changed = parts.flatMap((part, place) => (isDeepStrictEqual(before?.parts[place], part) ? [] : [place]))
  const [first = 0] = changed
  const delta = first === parts.length - 1 ? deltaOf(before?.parts[first], parts[first]) : undefined
  const calls = changed.flatMap((place) => (parts[place]?.type === 'call' ? [parts[place].call] : []))
  if (!before || (delta === undefined && calls.length < changed.length)) yield { type: 'message', message: after }
  else if (delta !== undefined) yield { type: 'text', message: id, delta }
  else for (const call of calls) yield { type: 'call', message: id, call }
}

/** What a text has got at its end. */
const deltaOf = (before: Part | undefined, after: Part | undefined): string | undefined =>
  before?.type === 'text' && after?.type === 'text' && after.text.startsWith(before.text)
    ? after.text.slice(before.text.length)
    : undefined
