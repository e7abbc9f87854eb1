import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool, PoolClient } from 'pg'
import { DatabaseError, type Transaction, type Value } from '../database.ts'
import { codeOf, isConflict, toFault } from './faults.ts'
import { statementText } from './statement.ts'
import { encodeValue, types } from './values.ts'

const longestWork = 5_000
const longestRetry = 5_000

const begin = `BEGIN ISOLATION LEVEL SERIALIZABLE; SET LOCAL statement_timeout = ${longestWork}; SET LOCAL idle_in_transaction_session_timeout = ${longestWork}`

/** Runs the transactions of one pool. */
export class Transactor {
  readonly #pool: Pool
  #retries: Promise<unknown> = Promise.resolve()

  constructor(pool: Pool) {
    this.#pool = pool
  }

  /** Runs `work` as if alone. It runs again where another transaction came between its statements. */
  async transact<Result>(work: Work<Result>): Promise<Result> {
    try {
      return await attempt(this.#pool, work)
    } catch (error) {
      if (!isRetried(error, '')) throw toFault(error, 'nothing was written')
      // One after the other, so that those of this process do not get in each other's way again.
      const retry = this.#retries.then(() => retryUntilAlone(this.#pool, work, error))
      this.#retries = retry.catch(() => {})
      return await retry
    }
  }
}

type Work<Result> = (transaction: Transaction) => Promise<Result>

async function retryUntilAlone<Result>(pool: Pool, work: Work<Result>, first: unknown): Promise<Result> {
  const giveUp = Date.now() + longestRetry
  let before = first
  for (let tries = 1; ; tries++) {
    try {
      return await attempt(pool, work)
    } catch (error) {
      if (Date.now() > giveUp || !isRetried(error, detailOf(before))) throw toFault(error, 'nothing was written')
      before = error
      await sleep(Math.random() * Math.min(2 ** tries, 100))
    }
  }
}

const detailOf = (error: unknown): string => (error as { detail?: string }).detail ?? ''

const isRetried = (error: unknown, before: string): boolean => isConflict(error) || isNewDuplicate(error, before)

/**
 * Two statements at once that each insert the next number insert the same one, and one fails with 23505. It then sees the
 * row of the other. A duplicate of the same row again is a fault of the caller.
 */
function isNewDuplicate(error: unknown, before: string): boolean {
  return codeOf(error) === '23505' && detailOf(error) !== before
}

async function attempt<Result>(pool: Pool, work: Work<Result>): Promise<Result> {
  const client = await pool.connect()
  const transaction = new OpenTransaction(client)
  const timer = setTimeout(() => transaction.end(new DatabaseError('a transaction took over 5 seconds')), longestWork)
  let broken = true
  try {
    await client.query(begin)
    const result = await Promise.race([work(transaction), transaction.ended])
    if (transaction.fault) throw transaction.fault
    await client.query('COMMIT')
    broken = false
    return result
  } catch (error) {
    const ended = transaction.hasEnded
    if (!ended)
      broken = await client.query('ROLLBACK').then(
        () => false,
        () => true,
      )
    throw transaction.fault ?? error
  } finally {
    clearTimeout(timer)
    transaction.end(new Error('the transaction has ended'))
    client.release(broken)
  }
}

class OpenTransaction implements Transaction {
  readonly #client: PoolClient
  #ended: Error | undefined
  #reject: (error: Error) => void = () => {}
  readonly ended: Promise<never>
  /** The first statement that failed. Postgres refuses all further statements of the transaction. */
  fault: unknown

  constructor(client: PoolClient) {
    this.#client = client
    this.ended = new Promise((_, reject) => {
      this.#reject = reject
    })
    this.ended.catch(() => {})
  }

  get hasEnded(): boolean {
    return this.#ended !== undefined
  }

  end(reason: Error): void {
    this.#ended ??= reason
    this.#reject(reason)
  }

  async all<Result>(sql: TemplateStringsArray, ...values: Value[]): Promise<Result[]> {
    return (await this.#query(sql, values)).rows as Result[]
  }

  async get<Result>(sql: TemplateStringsArray, ...values: Value[]): Promise<Result | undefined> {
    return (await this.#query(sql, values)).rows[0] as Result | undefined
  }

  async run(sql: TemplateStringsArray, ...values: Value[]): Promise<number> {
    return (await this.#query(sql, values)).rowCount ?? 0
  }

  async #query(sql: TemplateStringsArray, values: Value[]) {
    if (this.#ended) throw this.#ended
    try {
      return await this.#client.query({ text: statementText(sql), values: values.map(encodeValue), types })
    } catch (error) {
      this.fault ??= error
      throw error
    }
  }
}
