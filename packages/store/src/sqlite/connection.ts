import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Row, Value } from '../database.ts'
import { decodeText, encodeText } from '../text.ts'

/** SQLite compiles a statement again for each value of a limit that is a bare parameter, but not if it is a sum. */
const withPlaceholders = (sql: TemplateStringsArray): string =>
  sql.join('?').replaceAll(/\b(LIMIT|OFFSET)\s+\?/gi, '$1 0 + ?')

const encodeValue = (value: Value): Value => (typeof value === 'string' ? encodeText(value) : value)

/*
 * Statements that write read numbers as bigints: run() returns the connection's last rowid, which a full-text table may
 * set above 2^53, and newer versions of node:sqlite throw at such a number.
 */

/** A prepared statement and the names of its columns. */
class Query {
  readonly #statement: StatementSync
  #columns: readonly string[]

  constructor(statement: StatementSync) {
    // node:sqlite creates arrays in half the time of objects.
    statement.setReturnArrays(true)
    this.#statement = statement
    this.#columns = columnsOf(statement)
  }

  all(values: Value[]): Row[] {
    return (this.#statement.all(...values.map(encodeValue)) as unknown as Row[string][][]).map((found) =>
      this.#toRow(found),
    )
  }

  get(values: Value[]): Row | undefined {
    const found = this.#statement.get(...values.map(encodeValue)) as unknown as Row[string][] | undefined
    return found && this.#toRow(found)
  }

  run(values: Value[]): number {
    this.#statement.setReadBigInts(true)
    return Number(this.#statement.run(...values.map(encodeValue)).changes)
  }

  #toRow(values: Row[string][]): Row {
    // Another process may have added a column to the table of a SELECT *.
    if (values.length !== this.#columns.length) this.#columns = columnsOf(this.#statement)
    const row: Row = {}
    for (let index = 0; index < values.length; index++) {
      const value = values[index] as Row[string]
      row[this.#columns[index] as string] = typeof value === 'string' ? decodeText(value) : value
    }
    return row
  }
}

const columnsOf = (statement: StatementSync): string[] => statement.columns().map(({ name }) => name)

/** One connection and its prepared statements. Each template is prepared once. */
export class Connection {
  readonly #database: DatabaseSync
  readonly #commands = new Map<string, StatementSync>()
  readonly #queries = new WeakMap<TemplateStringsArray, Query>()

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  /** Runs a statement without a result, such as BEGIN. */
  exec(sql: string): void {
    let statement = this.#commands.get(sql)
    if (!statement) {
      statement = this.#database.prepare(sql)
      statement.setReadBigInts(true)
      this.#commands.set(sql, statement)
    }
    statement.run()
  }

  close(): void {
    this.#database.close()
  }

  prepare(sql: TemplateStringsArray): Query {
    let query = this.#queries.get(sql)
    if (!query) {
      query = new Query(this.#database.prepare(withPlaceholders(sql)))
      this.#queries.set(sql, query)
    }
    return query
  }
}
