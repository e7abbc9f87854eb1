import type { Row, Value } from '../database.ts'
import type { Connection } from './connection.ts'

/**
 * Reads what has been committed. All reads of one turn of the event loop share a read transaction,
 * since taking and giving back SQLite's locks costs more than a small read.
 */
export class Reader {
  readonly #connection: Connection
  #open = false

  constructor(connection: Connection) {
    this.#connection = connection
  }

  all(sql: TemplateStringsArray, values: Value[]): Row[] {
    this.#begin()
    return this.#connection.all(sql, values)
  }

  get(sql: TemplateStringsArray, values: Value[]): Row | undefined {
    this.#begin()
    return this.#connection.get(sql, values)
  }

  /** Lets the next read see what has been committed since. */
  refresh(): void {
    if (!this.#open) return
    this.#open = false
    this.#connection.exec('COMMIT')
  }

  close(): void {
    this.refresh()
    this.#connection.close()
  }

  #begin(): void {
    if (this.#open) return
    this.#connection.exec('BEGIN')
    this.#open = true
    setImmediate(() => this.refresh())
  }
}
