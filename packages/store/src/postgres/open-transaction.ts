import type { QueryResult } from 'pg'
import type { Transaction, Value } from '../database.ts'
import type { Connection } from './connections.ts'

/** A transaction on one connection, until it ends. */
export class OpenTransaction implements Transaction {
  readonly #connection: Connection
  #hasEnded = false

  constructor(connection: Connection) {
    this.#connection = connection
  }

  end(): void {
    this.#hasEnded = true
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

  async #query(sql: TemplateStringsArray, values: Value[]): Promise<QueryResult> {
    if (this.#hasEnded) throw new Error('the transaction has ended')
    return this.#connection.query(sql, values)
  }
}
