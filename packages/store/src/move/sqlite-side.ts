import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { columnList, largestPortion, quote, type Side, type StoredRow, type StoredValue, type Table } from './side.ts'

/** A SQLite file, from the lock to the end of the move. */
export function openSqliteSide(path: string): Side {
  const database = new DatabaseSync(path, { timeout: 10_000 })
  try {
    // Other programs can read, but not write.
    database.exec('BEGIN IMMEDIATE; PRAGMA defer_foreign_keys = ON')
    return new SqliteSide(database)
  } catch (error) {
    database.close()
    throw error
  }
}

class SqliteSide implements Side {
  readonly #database: DatabaseSync
  readonly tables: Table[]
  readonly indexes: string[]
  readonly #inserts = new Map<string, StatementSync>()
  #triggers: string[] = []

  constructor(database: DatabaseSync) {
    this.#database = database
    const found = this.#select(
      "SELECT name, type FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%' ORDER BY name",
    )
    const named = (type: string) => found.filter((row) => row[1] === type).map(([name]) => String(name))
    this.indexes = named('virtual')
    this.tables = named('table').map((name) => ({ name, columns: this.#columns(name) }))
  }

  async hasRows(table: string): Promise<boolean> {
    return this.#select(`SELECT 1 FROM ${quote(table)} LIMIT 1`).length > 0
  }

  async steps(): Promise<string[]> {
    return this.#select('SELECT name FROM migration').map(([name]) => String(name))
  }

  async *rows(table: Table): AsyncIterable<StoredRow[]> {
    let portion: StoredRow[] = []
    let size = 0
    for (const row of this.#prepare(`SELECT ${columnList(table)} FROM ${quote(table.name)}`).iterate()) {
      const values = row as unknown as StoredValue[]
      portion.push(values)
      size += values.reduce((sum: number, value) => sum + sizeOf(value), 0)
      if (portion.length === largestPortion.rows || size > largestPortion.size) {
        yield portion
        portion = []
        size = 0
      }
    }
    if (portion.length > 0) yield portion
  }

  async lock(): Promise<void> {
    // The transaction has the lock since it began.
  }

  async clear(tables: readonly Table[]): Promise<void> {
    const triggers = this.#select("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
    this.#triggers = triggers.map(([, sql]) => String(sql))
    for (const [name] of triggers) this.#database.exec(`DROP TRIGGER ${quote(String(name))}`)
    for (const { name } of tables.toReversed()) this.#database.exec(`DELETE FROM ${quote(name)}`)
  }

  async insert(table: Table, rows: readonly StoredRow[]): Promise<void> {
    const places = table.columns.map(() => '?').join(', ')
    const statement =
      this.#inserts.get(table.name) ??
      this.#prepare(`INSERT INTO ${quote(table.name)} (${columnList(table)}) VALUES (${places})`)
    this.#inserts.set(table.name, statement)
    for (const row of rows) statement.run(...row)
  }

  async settle(): Promise<void> {
    for (const sql of this.#triggers) this.#database.exec(sql)
  }

  async commit(): Promise<void> {
    this.#database.exec('COMMIT')
  }

  async close(): Promise<void> {
    this.#database.close()
  }

  #columns(table: string): string[] {
    // Others are computed by the engine.
    return this.#select(`SELECT name FROM pragma_table_xinfo('${table.replaceAll("'", "''")}') WHERE hidden = 0`).map(
      ([name]) => String(name),
    )
  }

  #select(sql: string): StoredValue[][] {
    return this.#prepare(sql).all() as unknown as StoredValue[][]
  }

  #prepare(sql: string): StatementSync {
    const statement = this.#database.prepare(sql)
    statement.setReadBigInts(true)
    statement.setReturnArrays(true)
    return statement
  }
}

const sizeOf = (value: StoredValue): number =>
  typeof value === 'string' || value instanceof Uint8Array ? value.length : 8
