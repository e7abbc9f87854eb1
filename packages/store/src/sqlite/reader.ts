import { DatabaseError, type Value } from '../database.ts'
import type { Connection } from './connection.ts'

interface Read {
  method: 'all' | 'get'
  sql: TemplateStringsArray
  values: Value[]
  resolve: (result: never) => void
  reject: (error: unknown) => void
}

/**
 * Reads committed data. The reads of two turns of the event loop share one read transaction, because locking and
 * unlocking SQLite costs more than a small read. Under load two turns collect more reads than one; without load they
 * pass at once.
 */
export class Reader {
  readonly #connection: Connection
  #waiting: Read[] = []
  #closed = false

  constructor(connection: Connection) {
    this.#connection = connection
  }

  close(): void {
    this.#closed = true
    this.#drain()
    this.#connection.close()
  }

  read<Result>(method: Read['method'], sql: TemplateStringsArray, values: Value[]): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      if (this.#closed) return reject(new DatabaseError('the database is closed'))
      if (this.#waiting.push({ method, sql, values, resolve, reject }) === 1)
        setImmediate(() => setImmediate(() => this.#drain()))
    })
  }

  #drain(): void {
    const reads = this.#waiting
    this.#waiting = []
    if (reads.length > 1) this.#connection.exec('BEGIN')
    for (const { method, sql, values, resolve, reject } of reads) {
      try {
        resolve(this.#connection.prepare(sql)[method](values) as never)
      } catch (error) {
        reject(error)
      }
    }
    if (reads.length > 1) this.#connection.exec('COMMIT')
  }
}
