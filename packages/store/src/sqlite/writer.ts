import { DatabaseError, type Transaction, type Value } from '../database.ts'
import { whenFree } from './busy.ts'
import type { Connection } from './connection.ts'

const longestWork = 5_000
const largestBatch = 256

interface Piece {
  work: (transaction: Transaction) => Promise<unknown>
  resolve: (result: unknown) => void
  reject: (error: unknown) => void
  error?: unknown
  result?: unknown
}

/**
 * The only writer of this process. Pieces of work that arrive together share one commit, because a commit waits for the
 * disk and costs a hundred times as much as a statement. No piece succeeds before that commit.
 */
export class Writer {
  readonly #connection: Connection
  #waiting: Piece[] = []
  #draining: Promise<void> | undefined
  #closed = false

  constructor(connection: Connection) {
    this.#connection = connection
  }

  write<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      if (this.#closed) return reject(new DatabaseError('the database is closed'))
      this.#waiting.push({ work, resolve: resolve as Piece['resolve'], reject })
      this.#draining ??= this.#drain()
    })
  }

  /** Waits for running readers, which take only moments. */
  async checkpoint(): Promise<void> {
    await this.#draining
    await whenFree(() => this.#connection.exec('PRAGMA wal_checkpoint(TRUNCATE)'))
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#draining
    this.#connection.close()
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      // Requests from the same turn of the event loop join this batch.
      await new Promise(setImmediate)
      await this.#commit(this.#waiting.splice(0, largestBatch))
    }
    this.#draining = undefined
  }

  async #commit(batch: Piece[]): Promise<void> {
    try {
      await whenFree(() => this.#connection.exec('BEGIN IMMEDIATE'))
      for (const piece of batch) await this.#perform(piece)
      this.#connection.exec('COMMIT')
    } catch (error) {
      this.#rollback()
      for (const piece of batch) piece.reject(new DatabaseError(`nothing was written: ${(error as Error).message}`))
      return
    }
    for (const piece of batch) {
      if ('error' in piece) piece.reject(piece.error)
      else piece.resolve(piece.result)
    }
  }

  /** Runs one piece so that its failure undoes only its own statements. */
  async #perform(piece: Piece): Promise<void> {
    const transaction = new OpenTransaction(this.#connection)
    this.#connection.exec('SAVEPOINT piece')
    const timer = setTimeout(() => transaction.end(new Error('a transaction took over 5 seconds')), longestWork)
    try {
      piece.result = await Promise.race([piece.work(transaction), transaction.ended])
    } catch (error) {
      piece.error = error
      this.#rollbackPiece(error)
    } finally {
      clearTimeout(timer)
      transaction.end(new Error('the transaction has ended'))
    }
    this.#connection.exec('RELEASE piece')
  }

  /** @throws the error of the piece if SQLite has already rolled back everything, for example because the disk is full */
  #rollbackPiece(error: unknown): void {
    try {
      this.#connection.exec('ROLLBACK TO piece')
    } catch {
      throw error
    }
  }

  #rollback(): void {
    try {
      this.#connection.exec('ROLLBACK')
    } catch {
      // SQLite has already rolled back, for example because the disk is full.
    }
  }
}

class OpenTransaction implements Transaction {
  readonly #connection: Connection
  #ended: Error | undefined
  #reject: (error: Error) => void = () => {}
  readonly ended: Promise<never>

  constructor(connection: Connection) {
    this.#connection = connection
    this.ended = new Promise((_, reject) => {
      this.#reject = reject
    })
    this.ended.catch(() => {})
  }

  end(reason: Error): void {
    this.#ended ??= reason
    this.#reject(reason)
  }

  async all<Result>(sql: TemplateStringsArray, ...values: Value[]): Promise<Result[]> {
    return this.#open().prepare(sql).all(values) as Result[]
  }

  async get<Result>(sql: TemplateStringsArray, ...values: Value[]): Promise<Result | undefined> {
    return this.#open().prepare(sql).get(values) as Result | undefined
  }

  async run(sql: TemplateStringsArray, ...values: Value[]): Promise<number> {
    return this.#open().prepare(sql).run(values)
  }

  #open(): Connection {
    if (this.#ended) throw this.#ended
    return this.#connection
  }
}
