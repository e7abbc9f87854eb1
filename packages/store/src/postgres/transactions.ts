import { setTimeout as sleep } from 'node:timers/promises'
import { DatabaseError, type Transaction } from '../database.ts'
import { findOutcome, type TransactionId } from './commit.ts'
import type { Connection, Connections } from './connections.ts'
import { isConflict, isLost, isRetried, LostConnection, toFault } from './faults.ts'
import { OpenTransaction } from './open-transaction.ts'

const longestRetry = 5_000

type Work<Result> = (transaction: Transaction) => Promise<Result>

/** Runs transactions, each as if alone. */
export class Transactions {
  readonly #connections: Connections
  readonly #begin: string
  #retries: Promise<unknown> = Promise.resolve()

  /** @param begin the SQL that begins a transaction. Its last statement returns a {@link TransactionId}, or no row. */
  constructor(connections: Connections, begin: string) {
    this.#connections = connections
    this.#begin = begin
  }

  /** Runs `work`, and again if another transaction came between its statements or the connection broke before COMMIT. */
  async run<Result>(work: Work<Result>): Promise<Result> {
    try {
      return await this.#attempt(work)
    } catch (error) {
      if (!isRetried(error)) throw toFault(error, 'nothing was written')
      // One after the other, so that those of this process do not get in each other's way again.
      const retry = this.#retries.then(() => this.#retry(work, error))
      this.#retries = retry.catch(() => {})
      return await retry
    }
  }

  async #retry<Result>(work: Work<Result>, first: unknown): Promise<Result> {
    const giveUp = Date.now() + longestRetry
    let before = first
    for (let tries = 1; ; tries++) {
      try {
        return await this.#attempt(work, before)
      } catch (error) {
        // Each connection of the pool may be broken, but no more than that.
        const isLast = Date.now() > giveUp || (tries > this.#connections.most && !isConflict(error))
        if (isLast || !isRetried(error, before)) throw toFault(error, 'nothing was written')
        before = error
        // With jitter, because other processes also try again.
        await sleep(Math.random() * Math.min(2 ** tries, 100))
      }
    }
  }

  async #attempt<Result>(work: Work<Result>, before?: unknown): Promise<Result> {
    let done: { result: Result; id: TransactionId | undefined } | undefined
    try {
      return await this.#connections.use(async (connection) => {
        done = await this.#perform(connection, work, before)
        const { command } = await connection.exec('COMMIT')
        // A statement for which `work` did not wait has failed.
        if (command !== 'COMMIT') throw connection.fault
        return done.result
      })
    } catch (error) {
      // The server has answered, or has not been asked.
      if (!(done && (isLost(error) || error instanceof DatabaseError))) throw error
      const outcome = done.id ? await findOutcome(this.#connections, done.id) : 'unknown'
      if (outcome === 'committed') return done.result
      if (outcome === 'aborted') throw new LostConnection((error as Error).message)
      throw new DatabaseError(
        'the connection broke, and the write may have taken place or not: read before you repeat it',
      )
    }
  }

  async #perform<Result>(connection: Connection, work: Work<Result>, before: unknown) {
    const transaction = new OpenTransaction(connection)
    // The first statement of `work` is sent without waiting for the answer.
    const begun = connection.exec(this.#begin)
    begun.catch(() => {})
    try {
      const result = await work(transaction)
      if (connection.fault) throw connection.fault
      const id: TransactionId | undefined = (await begun).rows[0]
      return { result, id }
    } catch (error) {
      const { fault } = connection
      if (!isLost(fault)) await connection.exec('ROLLBACK').catch(() => {})
      throw isRetried(fault, before) ? fault : error
    } finally {
      transaction.end()
    }
  }
}
