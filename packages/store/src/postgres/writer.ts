import { DatabaseError, type Value } from '../database.ts'
import type { Transactions } from './transactions.ts'

interface Write {
  sql: TemplateStringsArray
  values: Value[]
  resolve: (count: number) => void
  reject: (error: unknown) => void
}

const largestBatch = 256

/**
 * One order of statements for all processes: by their SQL, then by their first value, which is the owner in most tables. Two
 * transactions that write the same rows in different orders wait for each other, until the server ends one after a second.
 */
function compareWrites(one: Write, other: Write): number {
  return compare(one.sql.join('$'), other.sql.join('$')) || compare(String(one.values[0]), String(other.values[0]))
}

const compare = (one: string, other: string): number => (one < other ? -1 : Number(one > other))

/**
 * Writes single statements. Those that arrive while others are being committed share the next commit, because a commit
 * waits for the disk, and because serialisable transactions that run at the same time get in each other's way.
 */
export class Writer {
  readonly #transactions: Transactions
  #waiting: Write[] = []
  #isDraining = false

  constructor(transactions: Transactions) {
    this.#transactions = transactions
  }

  write(sql: TemplateStringsArray, values: Value[]): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ sql, values, resolve, reject })
      if (!this.#isDraining) this.#drain()
    })
  }

  async #drain(): Promise<void> {
    this.#isDraining = true
    while (this.#waiting.length > 0) {
      // Requests from the same turn of the event loop join this batch.
      await new Promise(setImmediate)
      await this.#commit(this.#waiting.splice(0, largestBatch).sort(compareWrites))
    }
    this.#isDraining = false
  }

  /** If a statement fails, the statements are committed in halves, so that only those that fail by themselves do. */
  async #commit(batch: Write[]): Promise<void> {
    try {
      const counts = await this.#transactions.run((transaction) =>
        Promise.all(batch.map(({ sql, values }) => transaction.run(sql, ...values))),
      )
      for (const [index, { resolve }] of batch.entries()) resolve(counts[index] as number)
    } catch (error) {
      if (batch.length === 1 || error instanceof DatabaseError) {
        for (const { reject } of batch) reject(error)
        return
      }
      const half = batch.length >> 1
      await this.#commit(batch.slice(0, half))
      await this.#commit(batch.slice(half))
    }
  }
}
