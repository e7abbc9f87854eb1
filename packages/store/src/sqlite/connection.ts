import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Row, Value } from '../database.ts'

/** A bare parameter as a limit makes SQLite compile the statement anew for each value; a sum does not. */
const withPlaceholders = (sql: TemplateStringsArray): string =>
  sql.join('?').replaceAll(/\b(LIMIT|OFFSET)\s+\?/gi, '$1 0 + ?')

/** One connection, and the statements prepared on it. A template is prepared once, however often it is run. */
export class Connection {
  readonly #database: DatabaseSync
  readonly #statements = new WeakMap<TemplateStringsArray, StatementSync>()

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  all(sql: TemplateStringsArray, values: Value[]): Row[] {
    return this.#prepare(sql).all(...values) as Row[]
  }

  get(sql: TemplateStringsArray, values: Value[]): Row | undefined {
    return this.#prepare(sql).get(...values) as Row | undefined
  }

  run(sql: TemplateStringsArray, values: Value[]): number {
    return Number(this.#prepare(sql).run(...values).changes)
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
