import { type Database, isLeased, withLease } from '@reference-plugins/store'
import type { TurnEvent } from '../wire.ts'
import { type Conversations, callsOf } from './conversations.ts'

export type TurnEnd = Extract<TurnEvent, { type: 'end' }>

/** How long after the end of its process a turn counts as running, in seconds. */
const longestSilence = 30
/** How long a turn of another process may take to stop. */
const longestStop = 10_000
/** In milliseconds. */
const lookEvery = 500
/** How long it is known why a turn failed, in milliseconds. */
const keptFor = 600_000

const leaseOf = (conversation: string): string => `turn ${conversation}`
const hostEnded = 'The host ended during this turn: check what it has done before you go on'

/**
 * The turns of all processes with one database: at most one in each conversation. A process learns from the database that
 * a turn must stop, which another process was asked for.
 */
export class TurnLeases {
  readonly #database: Database
  readonly #conversations: Conversations
  /** The turns of this process, by their conversations. */
  readonly #own = new Map<string, AbortController>()
  #timer: NodeJS.Timeout | undefined

  constructor(database: Database, conversations: Conversations) {
    this.#database = database
    this.#conversations = conversations
  }

  /**
   * Runs a turn, unless one is running in the conversation.
   * @param controller aborts if the turn must stop
   * @param work gets the conversations as the turn may change them
   * @returns whether it ran
   */
  run(id: string, controller: AbortController, work: (held: Conversations) => Promise<TurnEnd>): Promise<boolean> {
    return withLease(this.#database, leaseOf(id), longestSilence, async (lost, holds) => {
      lost.addEventListener('abort', () => controller.abort())
      await this.#forget(id)
      this.#own.set(id, controller)
      this.#timer ??= setInterval(() => this.#stopAsked().catch(() => {}), lookEvery).unref()
      try {
        const { problem } = await work(this.#conversations.heldBy(holds))
        if (problem !== undefined) await this.#note(id, { problem })
      } finally {
        this.#own.delete(id)
        if (this.#own.size === 0) this.#timer = void clearInterval(this.#timer)
      }
    })
  }

  isRunning(id: string): Promise<boolean> {
    return isLeased(this.#database, leaseOf(id))
  }

  /** Stops the turn of another process, if one is running. */
  async stop(user: string, id: string): Promise<void> {
    if ((await this.#conversations.isOf(user, id)) && (await this.isRunning(id)))
      await this.#note(id, { isStopping: true })
  }

  /** Stops the turns of a user in other processes, and waits until they have ended. */
  async stopAll(user: string): Promise<void> {
    const start = Date.now()
    for (let left = await this.#runningOf(user); left.length > 0; left = await this.#runningOf(user)) {
      if (Date.now() - start > longestStop) return
      for (const id of left) await this.stop(user, id)
      await new Promise((resolve) => setTimeout(resolve, lookEvery))
    }
  }

  /** How the last turn of a conversation has ended. */
  async endOf(user: string, id: string): Promise<TurnEnd> {
    if (await this.#settle(user, id)) return { type: 'end', state: 'failed', problem: hostEnded }
    const note = await this.#database.get<{ problem: string | null }>`
      SELECT problem FROM turn WHERE conversation = ${id}`
    if (note && note.problem !== null) return { type: 'end', state: 'failed', problem: note.problem }
    const { messages } = await this.#conversations.recent(user, id)
    const isWaiting = messages.some(({ parts }) => callsOf(parts).some(({ state }) => state === 'waiting'))
    return { type: 'end', state: isWaiting ? 'waiting' : 'done' }
  }

  /** Marks what was running when its process ended, and forgets old notes. */
  async settleAll(): Promise<void> {
    for (const { user, id } of await this.#conversations.withRunningCalls()) await this.#settle(user, id)
    const before = Date.now() - keptFor
    if (await this.#database.get`SELECT 1 FROM turn WHERE noted_at < ${before}`)
      await this.#database.run`DELETE FROM turn WHERE noted_at < ${before}`
  }

  /** Resolves to whether the process of the last turn ended before the turn did. */
  async #settle(user: string, id: string): Promise<boolean> {
    if (await this.isRunning(id)) return false
    // A turn that ends gives its lease up.
    const left = await this.#database.get`SELECT 1 FROM lease WHERE name = ${leaseOf(id)}`
    const settled = await withLease(this.#database, leaseOf(id), longestSilence, async (_, holds) => {
      const held = this.#conversations.heldBy(holds)
      await held.settleInterrupted(user, await held.get(user, id))
    })
    return settled && left !== undefined
  }

  async #stopAsked(): Promise<void> {
    const rows = await this.#database.all<{ conversation: string }>`
      SELECT conversation FROM turn WHERE is_stopping = 1`
    for (const { conversation } of rows) this.#own.get(conversation)?.abort()
  }

  async #runningOf(user: string): Promise<string[]> {
    const rows = await this.#database.all<{ id: string }>`
      SELECT c.id FROM conversation c JOIN lease l ON l.name = ${leaseOf('')} || c.id WHERE c.user_id = ${user}`
    const running = await Promise.all(rows.map(({ id }) => this.isRunning(id)))
    return rows.flatMap(({ id }, index) => (running[index] && !this.#own.has(id) ? [id] : []))
  }

  async #note(id: string, { isStopping = false, problem }: { isStopping?: boolean; problem?: string }): Promise<void> {
    await this.#database.run`
      INSERT INTO turn (conversation, is_stopping, problem, noted_at)
      VALUES (${id}, ${isStopping ? 1 : 0}, ${problem ?? null}, ${Date.now()})
      ON CONFLICT (conversation) DO UPDATE SET
        is_stopping = excluded.is_stopping, problem = excluded.problem, noted_at = excluded.noted_at`
  }

  async #forget(id: string): Promise<void> {
    if (await this.#database.get`SELECT 1 FROM turn WHERE conversation = ${id}`)
      await this.#database.run`DELETE FROM turn WHERE conversation = ${id}`
  }
}
