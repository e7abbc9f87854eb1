import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Row, Value } from '../database.ts'
import { fromKept, toKept } from '../text.ts'

/** A bare parameter as a limit makes SQLite compile the statement anew for each value; a sum does not. */
const withPlaceholders = (sql: TemplateStringsArray): string =>
  sql.join('?').replaceAll(/\b(LIMIT|OFFSET)\s+\?/gi, '$1 0 + ?')

const toKeptValue = (value: Value): Value => (typeof value === 'string' ? toKept(value) : value)

function fromKeptRow(row: Row): Row {
  for (const name in row) {
    const value = row[name]
    if (typeof value === 'string') row[name] = fromKept(value)
  }
  return row
}

/** One connection, and the statements prepared on it. A template is prepared once, however often it is run. */
export class Connection {
  readonly #database: DatabaseSync
  readonly #statements = new WeakMap<TemplateStringsArray, StatementSync>()

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  all(sql: TemplateStringsArray, values: Value[]): Row[] {
    return (this.#prepare(sql).all(...values.map(toKeptValue)) as Row[]).map(fromKeptRow)
  }

  get(sql: TemplateStringsArray, values: Value[]): Row | undefined {
    const row = this.#prepare(sql).get(...values.map(toKeptValue)) as Row | undefined
    return row && fromKeptRow(row)
  }

  run(sql: TemplateStringsArray, values: Value[]): number {
    const statement = this.#prepare(sql)
    // A full-text table may leave a last rowid beyond 2^53, at which newer versions of node:sqlite throw.
    statement.setReadBigInts(true)
    return Number(statement.run(...values.map(toKeptValue)).changes)
  }

  exec(sql: string): void {
    this.#database.exec(sql)
  }

  close(): void {
    this.#database.close()
  }

  #prepare(sql: TemplateStringsArray): StatementSync {
    let statement = this.#statements.get(sql)
    if (!statement) {
      statement = this.#database.prepare(withPlaceholders(sql))
      this.#statements.set(sql, statement)
    }
    return statement
  }
}
