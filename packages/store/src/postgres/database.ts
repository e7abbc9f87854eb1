import { Pool } from 'pg'
import { type Database, DatabaseError, type Transaction, type Value } from '../database.ts'
import type { Migrations } from '../migrations.ts'
import { toFault } from './faults.ts'
import { migrate } from './migrate.ts'
import { readSettings } from './settings.ts'
import { statementText } from './statement.ts'
import { Transactor } from './transaction.ts'
import { encodeValue, types } from './values.ts'

/** A Postgres database, for any number of processes on any number of machines. */
export async function openPostgres(url: string, migrations: Migrations): Promise<Database> {
  const pool = new Pool({ ...readSettings(url), pipeline: true } as ConstructorParameters<typeof Pool>[0])
  // The next use of the connection fails and says why; without a listener the process would end.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  try {
    const client = await pool.connect()
    try {
      await migrate(client, migrations)
    } finally {
      client.release()
    }
  } catch (error) {
    await pool.end()
    throw new DatabaseError(`DATABASE_URL: ${(error as Error).message || (error as { code: string }).code}`)
  }
  return new PostgresDatabase(pool)
}

class PostgresDatabase implements Database {
  readonly engine = 'postgres'
  readonly #pool: Pool
  readonly #transactor: Transactor
  readonly #running = new Set<Promise<unknown>>()
  #closed = false

  constructor(pool: Pool) {
    this.#pool = pool
    this.#transactor = new Transactor(pool)
  }

  async all<Result>(sql: TemplateStringsArray, ...values: Value[]): Promise<Result[]> {
    return (await this.#perform(() => this.#read(sql, values))) as Result[]
  }

  async get<Result>(sql: TemplateStringsArray, ...values: Value[]): Promise<Result | undefined> {
    return (await this.#perform(() => this.#read(sql, values)))[0] as Result | undefined
  }

  run(sql: TemplateStringsArray, ...values: Value[]): Promise<number> {
    return this.transaction((transaction) => transaction.run(sql, ...values))
  }

  transaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    return this.#perform(() => this.#transactor.transact(work))
  }

  async ready(): Promise<unknown> {
    return await this.get`SELECT name FROM migration LIMIT 1`
  }

  async checkpoint(): Promise<void> {
    // The server does so by itself.
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.allSettled(this.#running)
    await this.#pool.end()
  }

  async #perform<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#closed) throw new DatabaseError('the database is closed')
    const running = work()
    this.#running.add(running)
    try {
      return await running
    } finally {
      this.#running.delete(running)
    }
  }

  async #read(sql: TemplateStringsArray, values: Value[]): Promise<unknown[]> {
    try {
      const client = await this.#pool.connect()
      let broken = true
      try {
        const { rows } = await client.query({ text: statementText(sql), values: values.map(encodeValue), types })
        broken = false
        return rows
      } finally {
        client.release(broken)
      }
    } catch (error) {
      throw toFault(error, 'nothing could be read')
    }
  }
}
