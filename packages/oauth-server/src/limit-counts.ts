import { createHash } from 'node:crypto'
import type { Database } from '@reference-plugins/store'

/** A count and the end of its window, in milliseconds since 1970. */
export interface Count {
  used: number
  endsAt: number
}

/** Counts by key, each within a window. */
export interface Counts {
  /** Begins a window unless one has begun. */
  add(key: string, points: number, milliseconds: number): Promise<Count>
  find(key: string): Promise<Count | undefined>
  /** Begins a new window. */
  set(key: string, points: number, milliseconds: number): Promise<void>
  remove(key: string): Promise<void>
}

/** How often counts that are over are removed, in milliseconds. */
const sweepEvery = 60_000

/** Counts of this process. */
export class MemoryCounts implements Counts {
  readonly #counts = new Map<string, Count>()
  #sweepAt = 0

  async add(key: string, points: number, milliseconds: number): Promise<Count> {
    const known = this.#counts.get(key)
    if (!known || known.endsAt <= Date.now()) return this.#begin(key, points, milliseconds)
    known.used += points
    return { ...known }
  }

  async find(key: string): Promise<Count | undefined> {
    const known = this.#counts.get(key)
    return known && known.endsAt > Date.now() ? known : undefined
  }

  async set(key: string, points: number, milliseconds: number): Promise<void> {
    this.#begin(key, points, milliseconds)
  }

  async remove(key: string): Promise<void> {
    this.#counts.delete(key)
  }

  #begin(key: string, used: number, milliseconds: number): Count {
    const now = Date.now()
    if (now > this.#sweepAt) {
      this.#sweepAt = now + sweepEvery
      for (const [old, { endsAt }] of this.#counts) if (endsAt <= now) this.#counts.delete(old)
    }
    const count = { used, endsAt: now + milliseconds }
    this.#counts.set(key, count)
    return { ...count }
  }
}

interface Row {
  used: number
  ends_at: number
}

/** Counts of all processes with one database. */
export class DatabaseCounts implements Counts {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async add(key: string, points: number, milliseconds: number): Promise<Count> {
    const now = Date.now()
    const rows = await this.#database.transaction(
      (transaction) => transaction.all<Row>`
        INSERT INTO oauth_limit (key, used, ends_at) VALUES (${digest(key)}, ${points}, ${now + milliseconds})
        ON CONFLICT (key) DO UPDATE SET
          used = CASE WHEN oauth_limit.ends_at <= ${now} THEN excluded.used ELSE oauth_limit.used + excluded.used END,
          ends_at = CASE WHEN oauth_limit.ends_at <= ${now} THEN excluded.ends_at ELSE oauth_limit.ends_at END
        RETURNING used, ends_at`,
    )
    return toCount(rows[0] as Row)
  }

  async find(key: string): Promise<Count | undefined> {
    const row = await this.#database.get<Row>`
      SELECT used, ends_at FROM oauth_limit WHERE key = ${digest(key)} AND ends_at > ${Date.now()}`
    return row && toCount(row)
  }

  async set(key: string, points: number, milliseconds: number): Promise<void> {
    await this.#database.run`
      INSERT INTO oauth_limit (key, used, ends_at) VALUES (${digest(key)}, ${points}, ${Date.now() + milliseconds})
      ON CONFLICT (key) DO UPDATE SET used = excluded.used, ends_at = excluded.ends_at`
  }

  async remove(key: string): Promise<void> {
    await this.#database.run`DELETE FROM oauth_limit WHERE key = ${digest(key)}`
  }
}

const toCount = ({ used, ends_at }: Row): Count => ({ used, endsAt: ends_at })

/** Neither names of users nor addresses are stored. */
const digest = (key: string): string => createHash('sha256').update(key).digest('base64url')
