import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { clock } from './clock.ts'
import type { Database, Transaction } from './database.ts'

/** The table of `withLease`. A program that uses it adds this to its migrations. */
export const leaseMigrations = {
  // The end is in milliseconds since 1970.
  lease: 'CREATE TABLE lease (name TEXT PRIMARY KEY, holder TEXT NOT NULL, ends_at BIGINT NOT NULL)',
}

/** Whether the process has the lease. If so, no other process gets it before the transaction ends. */
export type Holds = (transaction: Transaction) => Promise<boolean>

/** Whether work with this name is running, here or in another process with this database. */
export async function isLeased(database: Database, name: string): Promise<boolean> {
  const row = await database.get<{ holder: string }>`
    SELECT holder FROM lease WHERE name = ${name} AND ends_at > ${await clock(database, database.engine)}`
  return row !== undefined && !hasDied(database, row.holder)
}

/**
 * Runs `work` unless it is running already, here or in another process with this database: for work of which only one
 * instance may do a part at a time, such as polling. The lease is renewed while `work` runs, and given up when it ends. If
 * the process dies, the lease ends after `seconds`, or at once where the next process can see that it is dead.
 *
 * `signal` aborts when the lease could not be renewed in time, since another process may then have it: `work` must stop.
 * A transaction that must not happen then calls `holds` first.
 * @returns whether it ran here
 * @throws whatever `work` throws
 */
export async function withLease(
  database: Database,
  name: string,
  seconds: number,
  work: (signal: AbortSignal, holds: Holds) => Promise<unknown>,
): Promise<boolean> {
  const lease = new Lease(database, name, seconds * 1000)
  if (!(await lease.take())) return false
  const renewing = lease.renew()
  try {
    await work(lease.signal, (transaction) => lease.holds(transaction))
  } finally {
    lease.end()
    await renewing
    await lease.giveUp()
  }
  return true
}

class Lease {
  readonly #database: Database
  readonly #name: string
  readonly #duration: number
  readonly #holder = `${hostname()}/${process.pid}/${randomUUID()}`
  readonly #lost = new AbortController()
  readonly #ended = new AbortController()
  #expiry: NodeJS.Timeout | undefined

  constructor(database: Database, name: string, duration: number) {
    this.#database = database
    this.#name = name
    this.#duration = duration
  }

  get signal(): AbortSignal {
    return this.#lost.signal
  }

  /** Takes a lease that nobody has, whose time is over, or that this holder has. */
  async take(): Promise<boolean> {
    // Counted from before the database counts, so that the holder stops before another one starts.
    const start = performance.now()
    const now = await clock(this.#database, this.#database.engine)
    if (this.#database.engine === 'sqlite') await this.#removeDead()
    const taken = await this.#database.run`
      INSERT INTO lease (name, holder, ends_at) VALUES (${this.#name}, ${this.#holder}, ${now + this.#duration})
      ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, ends_at = excluded.ends_at
      WHERE lease.holder = ${this.#holder} OR lease.ends_at <= ${now}`
    if (taken === 0) return false
    clearTimeout(this.#expiry)
    this.#expiry = setTimeout(() => this.#lose(), start + this.#duration - performance.now())
    return true
  }

  /** Takes it again before its time is over, until `end`. A database that is away for a moment does no harm. */
  async renew(): Promise<void> {
    while (!this.#ended.signal.aborted && !this.signal.aborted) {
      await sleep(this.#duration / 3, undefined, { signal: this.#ended.signal }).catch(() => {})
      if (this.#ended.signal.aborted) return
      if (!(await this.take().catch(() => true))) this.#lose()
    }
  }

  async holds(transaction: Transaction): Promise<boolean> {
    const held = await transaction.run`
      UPDATE lease SET holder = ${this.#holder} WHERE name = ${this.#name} AND holder = ${this.#holder}`
    return held > 0
  }

  end(): void {
    clearTimeout(this.#expiry)
    this.#ended.abort()
  }

  /** If this fails, the lease ends by itself. */
  async giveUp(): Promise<void> {
    clearTimeout(this.#expiry)
    await this.#database.run`DELETE FROM lease WHERE name = ${this.#name} AND holder = ${this.#holder}`.catch(() => {})
  }

  async #removeDead(): Promise<void> {
    const row = await this.#database.get<{ holder: string }>`SELECT holder FROM lease WHERE name = ${this.#name}`
    if (row && hasDied(this.#database, row.holder))
      await this.#database.run`DELETE FROM lease WHERE name = ${this.#name} AND holder = ${row.holder}`
  }

  #lose(): void {
    this.#lost.abort(new Error(`the lease "${this.#name}" was lost`))
  }
}

/** Processes with one SQLite file are on one machine, which knows which of them live. Containers have different names. */
function hasDied({ engine }: Database, holder: string): boolean {
  const [host, pid] = holder.split('/')
  if (engine !== 'sqlite' || host !== hostname()) return false
  try {
    return !process.kill(Number(pid), 0)
  } catch (error) {
    return (error as { code?: string }).code === 'ESRCH'
  }
}
