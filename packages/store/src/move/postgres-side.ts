import pg, { type ClientConfig, type CustomTypesConfig } from 'pg'
import { columnList, quote, type Side, type StoredRow, type StoredValue, type Table } from './side.ts'

// A note has at most some 100,000 characters.
const rowsOfFetch = 200

const parsers: Record<number, (text: string) => StoredValue> = {
  16: (text) => (text === 't' ? 1n : 0n),
  17: (text) => new Uint8Array(Buffer.from(text.slice(2), 'hex')),
  20: BigInt,
  21: BigInt,
  23: BigInt,
  700: Number,
  701: Number,
}
const types = { getTypeParser: (oid: number) => parsers[oid] ?? String } as CustomTypesConfig

/** A Postgres database, from the begin of a transaction to the end of the move. */
export async function openPostgresSide(settings: ClientConfig): Promise<Side> {
  const client = new pg.Client({ ...settings, pipeline: true } as ClientConfig)
  // Statements that run fail by themselves.
  client.on('error', () => {})
  await client.connect()
  try {
    await client.query(
      'BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL extra_float_digits = 1',
    )
    return new PostgresSide(client, await readTables(client))
  } catch (error) {
    await client.end()
    throw error
  }
}

async function readTables(client: pg.Client): Promise<Table[]> {
  const { rows } = await client.query<Table>(`
    SELECT c.relname AS name, (
      SELECT json_agg(attname ORDER BY attnum) FROM pg_attribute
      WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
    ) AS columns
    FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace ORDER BY c.relname`)
  const { rows: references } = await client.query<{ from: string; to: string }>(`
    SELECT f.relname AS from, t.relname AS to FROM pg_constraint
    JOIN pg_class f ON f.oid = conrelid JOIN pg_class t ON t.oid = confrelid
    WHERE contype = 'f' AND conrelid <> confrelid AND connamespace = current_schema()::regnamespace`)
  const ordered: Table[] = []
  const place = (table: Table): void => {
    if (ordered.includes(table)) return
    for (const { to } of references.filter(({ from }) => from === table.name))
      for (const other of rows.filter(({ name }) => name === to)) place(other)
    ordered.push(table)
  }
  for (const table of rows) place(table)
  return ordered
}

class PostgresSide implements Side {
  readonly #client: pg.Client
  readonly tables: Table[]
  readonly indexes: string[] = []

  constructor(client: pg.Client, tables: Table[]) {
    this.#client = client
    this.tables = tables
  }

  async hasRows(table: string): Promise<boolean> {
    return (await this.#client.query(`SELECT 1 FROM ${quote(table)} LIMIT 1`)).rows.length > 0
  }

  async steps(): Promise<string[]> {
    return (await this.#client.query<{ name: string }>('SELECT name FROM migration')).rows.map(({ name }) => name)
  }

  async *rows(table: Table): AsyncIterable<StoredRow[]> {
    await this.#client.query(`DECLARE portion CURSOR FOR SELECT ${columnList(table)} FROM ${quote(table.name)}`)
    for (;;) {
      const { rows } = await this.#client.query<StoredValue[]>({
        text: `FETCH ${rowsOfFetch} FROM portion`,
        rowMode: 'array',
        types,
      })
      if (rows.length === 0) break
      yield rows
    }
    await this.#client.query('CLOSE portion')
  }

  async lock(tables: readonly Table[]): Promise<void> {
    if (tables.length > 0)
      await this.#client.query(`LOCK TABLE ${tables.map(({ name }) => quote(name)).join(', ')} IN SHARE MODE`)
  }

  async clear(tables: readonly Table[]): Promise<void> {
    for (const { name } of tables) {
      await this.#client.query(`LOCK TABLE ${quote(name)} IN ACCESS EXCLUSIVE MODE`)
      await this.#client.query(`ALTER TABLE ${quote(name)} DISABLE TRIGGER USER`)
    }
    for (const { name } of tables.toReversed()) await this.#client.query(`DELETE FROM ${quote(name)}`)
  }

  async insert(table: Table, rows: readonly StoredRow[]): Promise<void> {
    const places = table.columns.map((_, index) => `$${index + 1}`).join(', ')
    const text = `INSERT INTO ${quote(table.name)} (${columnList(table)}) OVERRIDING SYSTEM VALUE VALUES (${places})`
    // Sent together; the first error is that of the row at fault.
    await Promise.all(rows.map((row) => this.#client.query(text, [...row])))
  }

  async settle(tables: readonly Table[]): Promise<void> {
    for (const { name, columns } of tables) {
      await this.#client.query(`ALTER TABLE ${quote(name)} ENABLE TRIGGER USER`)
      for (const column of columns)
        await this.#client.query(
          `SELECT setval(sequence::regclass, greatest((SELECT max(${quote(column)}::text::bigint) FROM ${quote(name)}), 1), EXISTS (SELECT 1 FROM ${quote(name)}))
           FROM pg_get_serial_sequence($1, $2) AS sequence WHERE sequence IS NOT NULL`,
          [quote(name), column],
        )
    }
  }

  async commit(): Promise<void> {
    const { command } = await this.#client.query('COMMIT')
    if (command !== 'COMMIT') throw new Error('the server has rolled back')
  }

  close(): Promise<void> {
    return this.#client.end()
  }
}
