import { clock } from './clock.ts'
import type { Count, Database, SharedCounts, Transaction } from './database.ts'

/** The table of `Counts`, in every database. Ends are in milliseconds since 1970. */
export const countMigrations = {
  'shared-counts': 'CREATE TABLE shared_count (key TEXT PRIMARY KEY, used BIGINT NOT NULL, ends_at BIGINT NOT NULL)',
}

interface Row {
  key: string
  used: number
  ends_at: number
}

const largestStatement = 128
const cleanUpInterval = 60_000

export class Counts implements SharedCounts {
  readonly #database: Database
  #cleanUpAt = performance.now() + cleanUpInterval

  constructor(database: Database) {
    this.#database = database
  }

  get isRemote(): boolean {
    return this.#database.engine !== 'sqlite'
  }

  async add(additions: ReadonlyMap<string, number>, seconds: number): Promise<Map<string, Count>> {
    // In one order, so that two processes do not wait for each other.
    const sorted = Array.from(additions).sort(([a], [b]) => (a < b ? -1 : 1))
    const counts = await this.#database.transaction(async (transaction) => {
      const now = await clock(transaction, this.#database.engine)
      const rows: Row[] = []
      for (let from = 0; from < sorted.length; ) {
        const size = Math.min(largestStatement, 2 ** Math.floor(Math.log2(sorted.length - from)))
        rows.push(...(await upsert(transaction, sorted.slice(from, from + size), now, now + seconds * 1000)))
        from += size
      }
      return new Map(rows.map(({ key, used, ends_at }) => [key, { used, left: ends_at - now }]))
    })
    if (performance.now() > this.#cleanUpAt) await this.#cleanUp()
    return counts
  }

  async #cleanUp(): Promise<void> {
    this.#cleanUpAt = performance.now() + cleanUpInterval
    const now = await clock(this.#database, this.#database.engine)
    await this.#database.run`DELETE FROM shared_count WHERE ends_at <= ${now}`
  }
}

/** By the number of rows. The number is a power of two, so that there are few statements to prepare. */
const statements = new Map<number, TemplateStringsArray>()

function upsert(
  transaction: Transaction,
  additions: readonly [key: string, points: number][],
  now: number,
  end: number,
): Promise<Row[]> {
  const values = additions.flatMap(([key, points]) => [key, points, end])
  return transaction.all<Row>(upsertOf(additions.length), ...values, now, now)
}

function upsertOf(rows: number): TemplateStringsArray {
  let statement = statements.get(rows)
  if (!statement) {
    const parts = Array.from({ length: rows }, (_, row) => [row === 0 ? '' : '), (', ', ', ', ']).flat()
    const text = [
      `INSERT INTO shared_count (key, used, ends_at) VALUES (${parts.shift()}`,
      ...parts,
      `)
      ON CONFLICT (key) DO UPDATE SET
        used = CASE WHEN shared_count.ends_at <= `,
      ` THEN excluded.used ELSE shared_count.used + excluded.used END,
        ends_at = CASE WHEN shared_count.ends_at <= `,
      ` THEN excluded.ends_at ELSE shared_count.ends_at END
      RETURNING key, used, ends_at`,
    ]
    statement = Object.assign(text, { raw: text })
    statements.set(rows, statement)
  }
  return statement
}
