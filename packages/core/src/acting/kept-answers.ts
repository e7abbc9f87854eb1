import type { Reading, Transaction } from '@reference-plugins/store'
import type { Answer } from '../call.ts'
import { Problem } from '../problem.ts'

export interface KeyedCall {
  /** Whose keys these are: the caller's id, or empty where the auth mode has no users. */
  owner: string
  operation: string
  /** The first is the call's own; the others lead to the same answer. */
  keys: readonly [string, ...string[]]
  inputHash: string
  /** What a later process needs to go on with the call, as JSON. */
  input: string
  /** The most calls of this owner that may run at once. */
  most?: number
}

/** The call still runs, in this or another process. */
export class StillRunning extends Problem {
  /** The key of its action. */
  readonly key: string

  constructor(key: string) {
    super(409, 'This call is still running: repeat it with the same idempotency key in a second', {
      headers: { 'retry-after': '1' },
    })
    this.key = key
  }
}

/** An action whose process ended before it had an answer. */
export interface Interrupted {
  operation: string
  key: string
  input_hash: string
  input: string
}

/** An action that this process runs. */
export interface Held {
  owner: string
  operation: string
  /** Of the action. */
  key: string
  tries: number
}

/** Running, if it has no status. */
export interface Row {
  /** The first key with which the action was begun, and the one that its handler gets. All keys of the action have it. */
  action_key: string
  input_hash: string
  status: number | null
  answer: string | null
  tries: number
  held_until: string
}

/** In hours. UCP recommends 48; ACP asks for 24 at least. */
export const keeping = 48
/** The most tries without a caller. */
const mostTries = 20
/** The status of an action that its handler gave up because its caller cancelled it. No answer has this status. */
export const cancelled = 499

export const after = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString()

/** The table of actions. */
export class KeptAnswers {
  /** @throws Problem what the earlier call threw, 409 while it runs, 422 if it had other input */
  async find(database: Reading, call: KeyedCall): Promise<Answer | undefined> {
    for (const key of call.keys) {
      const row = await this.#read(database, call, key)
      if (row && (row.status !== null || isHeld(row))) return toAnswer(row)
    }
    return undefined
  }

  /** Whether a call with one of these keys was begun. If it has no answer, it goes on when it is repeated. */
  async isBegun(database: Reading, call: KeyedCall): Promise<boolean> {
    for (const key of call.keys) if (await this.#read(database, call, key)) return true
    return false
  }

  /** Keeps what was answered to a call, under each of its keys. */
  async keep(transaction: Transaction, call: KeyedCall, status: number, answer: string): Promise<void> {
    const { owner, operation, keys, inputHash } = call
    for (const key of keys)
      await transaction.run`
        INSERT INTO core_action (owner, operation, idempotency_key, action_key, input_hash, status, answer, tries, held_until, expires_at)
        VALUES (${owner}, ${operation}, ${key}, ${keys[0]}, ${inputHash}, ${status}, ${answer}, ${1}, ${''}, ${after(keeping * 3600)})`
  }

  /** Takes a call that nobody runs, for `seconds`. `key` is that of its action. @throws as `find` does */
  async begin(
    transaction: Transaction,
    call: KeyedCall,
    seconds: number,
  ): Promise<{ answer: Answer } | { key: string; tries: number }> {
    const answer = await this.find(transaction, call)
    if (answer) return { answer }
    const { owner, operation, keys, inputHash, input } = call
    const rows = await Promise.all(keys.map((one) => this.#read(transaction, call, one)))
    const begun = rows.find((row) => row !== undefined)
    if (!begun) await this.#checkRoom(transaction, call)
    const key = begun?.action_key ?? keys[0]
    const tries = (begun?.tries ?? 0) + 1
    for (const [index, one] of keys.entries())
      if (!rows[index])
        await transaction.run`
          INSERT INTO core_action (owner, operation, idempotency_key, action_key, input_hash, input, tries, held_until, expires_at)
          VALUES (${owner}, ${operation}, ${one}, ${key}, ${inputHash}, ${one === key ? input : null}, ${tries}, ${''}, ${after(keeping * 3600)})`
    await transaction.run`
      UPDATE core_action SET tries = ${tries}, held_until = ${after(seconds)}
      WHERE owner = ${owner} AND operation = ${operation} AND action_key = ${key}`
    return { key, tries }
  }

  /** Stays the holder of a running action. */
  async hold(transaction: Transaction, { owner, operation, key, tries }: Held, seconds: number): Promise<void> {
    await transaction.run`
      UPDATE core_action SET held_until = ${after(seconds)}
      WHERE owner = ${owner} AND operation = ${operation} AND action_key = ${key} AND tries = ${tries} AND status IS NULL`
  }

  /** Gives a running action back: sooner after a first try than after many. */
  release(transaction: Transaction, held: Held): Promise<void> {
    return this.hold(transaction, held, Math.min(2 ** held.tries - 2, 600))
  }

  /** Keeps the answer of a running action, unless another process has taken it since. Its input is forgotten. */
  async end(transaction: Transaction, held: Held, status: number, answer: string): Promise<void> {
    const { owner, operation, key, tries } = held
    await transaction.run`
      UPDATE core_action
      SET status = ${status}, answer = ${answer}, input = NULL, expires_at = ${after(keeping * 3600)}
      WHERE owner = ${owner} AND operation = ${operation} AND action_key = ${key} AND tries = ${tries} AND status IS NULL`
  }

  /** Calls that were begun and that nobody holds: at most `most`. */
  interrupted(database: Reading, most: number): Promise<Interrupted[]> {
    return database.all`
      SELECT operation, action_key AS key, input_hash, input FROM core_action
      WHERE status IS NULL AND input IS NOT NULL AND held_until < ${after(0)} AND tries < ${mostTries}
      ORDER BY held_until LIMIT ${most}`
  }

  removeOld(transaction: Transaction): Promise<number> {
    return transaction.run`DELETE FROM core_action WHERE expires_at < ${after(0)} AND held_until < ${after(0)}`
  }

  /** @throws Problem 429 if the owner has too many calls that run */
  async #checkRoom(transaction: Transaction, { owner, most }: KeyedCall): Promise<void> {
    if (most === undefined) return
    const row = await transaction.get<{ count: number }>`
      SELECT count(*) AS count FROM core_action
      WHERE owner = ${owner} AND status IS NULL AND idempotency_key = action_key AND tries < ${mostTries}`
    if ((row?.count ?? 0) >= most)
      throw new Problem(429, `${most} calls are running already: wait until one is done, or cancel one`, {
        headers: { 'retry-after': '10' },
      })
  }

  async #read(database: Reading, { owner, operation, inputHash }: KeyedCall, key: string): Promise<Row | undefined> {
    const row = await database.get<Row>`
      SELECT action_key, input_hash, status, answer, tries, held_until FROM core_action
      WHERE owner = ${owner} AND operation = ${operation} AND idempotency_key = ${key}`
    if (row && row.input_hash !== inputHash)
      throw new Problem(422, 'This idempotency key was sent with other input: send a new key for another call')
    return row
  }
}

const isHeld = ({ held_until }: Row): boolean => held_until > after(0)

/** Whether it runs, or will be tried again. */
export const isUnfinished = (row: Row): boolean => row.status === null && (isHeld(row) || row.tries < mostTries)

function toAnswer({ action_key, status, answer }: Row): Answer {
  if (status === null) throw new StillRunning(action_key)
  if (status === 200) return { text: answer as string, data: JSON.parse(answer as string), isReplayed: true }
  const { detail, errors } = JSON.parse(answer as string)
  throw new Problem(status === cancelled ? 409 : status, detail, { errors, headers: replayed })
}

/** As in ACP 2026-04-17. */
export const replayed = { 'Idempotent-Replayed': 'true' }
