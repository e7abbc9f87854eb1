import { CallCounts, ifShared, Problem } from '@reference-plugins/core'
import type { Database } from '@reference-plugins/store'
import type { Conversation, Part } from '../wire.ts'

/** For each user of a shared host: how much begins in a minute, and how much runs at once in one process. */
const limits = {
  // Behind a proxy with HTTP/2 a page loads a hundred logos at once.
  requests: { aMinute: 600, atOnce: 150 },
  registrations: { aMinute: 20, atOnce: 3 },
  conversations: { aMinute: 60, atOnce: 60 },
  turns: { aMinute: 60, atOnce: 6 },
  calls: { aMinute: 120, atOnce: 6 },
  // Each makes the host ask an address that the user names.
  checks: { aMinute: 20, atOnce: 2 },
}

/** The longest conversation, in characters of texts and answers: each turn loads it, and everyone waits meanwhile. */
const longestConversation = 8_000_000

type Work = keyof typeof limits

/** In seconds. The end of running work is not known. */
const retryAfter = 5

/** Counts what each user makes the host do, so that the others are served too. The user of a single-user host has no limits. */
export class UserLimits {
  readonly #isShared: boolean
  readonly #rates: Record<Work, CallCounts>
  readonly #running = new Map<string, number>()

  constructor(database: Database, isShared: boolean) {
    this.#isShared = isShared
    const shared = ifShared(database.counts)
    this.#rates = Object.fromEntries(
      Object.keys(limits).map((work) => [work, new CallCounts({ name: work, window: 60, shared })]),
    ) as Record<Work, CallCounts>
  }

  /** Returns what to call, once, when the work has ended. @throws Problem 429 */
  async begin(user: string, work: Work): Promise<() => void> {
    if (!this.#isShared) return () => {}
    const { atOnce } = limits[work]
    const key = `${work} ${user}`
    const running = this.#running.get(key) ?? 0
    if (running >= atOnce)
      throw tooMany(
        `This host runs at most ${atOnce} ${work} of one user at once: wait until one has ended`,
        retryAfter,
      )
    this.#count(user, work)
    this.#running.set(key, running + 1)
    return () => {
      const left = (this.#running.get(key) ?? 1) - 1
      if (left === 0) this.#running.delete(key)
      else this.#running.set(key, left)
    }
  }

  /** Counts work that is done at once. @throws Problem 429 */
  async count(user: string, work: Work): Promise<void> {
    if (this.#isShared) this.#count(user, work)
  }

  #count(user: string, work: Work): void {
    const { aMinute } = limits[work]
    const before = this.#rates[work].find(user)
    if (before && before.used >= aMinute) {
      const wait = Math.max(1, Math.ceil((before.endsAt - performance.now()) / 1000))
      throw tooMany(`This host accepts at most ${aMinute} ${work} a minute from one user: wait ${wait} seconds`, wait)
    }
    this.#rates[work].add(user)
  }

  /** @throws Problem 409 if the conversation must not become longer */
  checkLength({ messages }: Conversation): void {
    if (!this.#isShared) return
    const parts = messages.flatMap((message) => message.parts)
    const length = parts.reduce((sum, part) => sum + lengthOf(part), 0)
    if (length > longestConversation) throw new Problem(409, 'The conversation is too long: start a new one')
  }
}

const lengthOf = (part: Part): number =>
  part.type === 'call'
    ? (part.call.response?.body.length ?? 0) + (part.call.result?.length ?? 0) + (part.call.request?.body?.length ?? 0)
    : part.text.length

const tooMany = (detail: string, seconds: number): Problem =>
  new Problem(429, detail, { headers: { 'retry-after': String(seconds) } })
