import { Counts } from '../counts.ts'
import { type Database, DatabaseError, type DatabaseOptions, type Transaction, type Value } from '../database.ts'
import type { Migrations } from '../migrations.ts'
import { publishStatement, publishTransaction } from '../statement-channel.ts'
import { Connections } from './connections.ts'
import { migrate } from './migrate.ts'
import { Reader } from './reader.ts'
import { examine } from './server.ts'
import { readSettings, type Settings } from './settings.ts'
import { startFault } from './start-fault.ts'
import { Transactions } from './transactions.ts'
import { Writer } from './writer.ts'

/** A Postgres database, for any number of processes on any number of machines. */
export async function openPostgres(
  url: string,
  migrations: Migrations,
  { password }: DatabaseOptions,
): Promise<Database> {
  let settings: Settings
  try {
    settings = readSettings(url, password)
  } catch (error) {
    throw new DatabaseError(`DATABASE_URL: ${(error as Error).message}`)
  }
  const connections = new Connections(settings)
  try {
    await migrate(settings, migrations)
    const { isPooled, begin } = await connections.use(examine)
    connections.isPreparing = !isPooled
    return new PostgresDatabase(connections, new Transactions(connections, begin))
  } catch (error) {
    await connections.close()
    throw new DatabaseError(`DATABASE_URL: ${startFault(error, settings)}`)
  }
}

class PostgresDatabase implements Database {
  readonly engine = 'postgres'
  readonly counts = new Counts(this)
  readonly #connections: Connections
  readonly #reader: Reader
  readonly #writer: Writer
  readonly #transactions: Transactions
  readonly #running = new Set<Promise<unknown>>()
  #isClosed = false

  constructor(connections: Connections, transactions: Transactions) {
    this.#connections = connections
    this.#reader = new Reader(connections)
    this.#writer = new Writer(transactions)
    this.#transactions = transactions
  }

  all<Result>(sql: TemplateStringsArray, ...values: Value[]): Promise<Result[]> {
    return publishStatement('postgres', sql, () => this.#perform(() => this.#reader.read(sql, values)))
  }

  async get<Result>(sql: TemplateStringsArray, ...values: Value[]): Promise<Result | undefined> {
    return (await this.all<Result>(sql, ...values))[0]
  }

  run(sql: TemplateStringsArray, ...values: Value[]): Promise<number> {
    return publishStatement('postgres', sql, () => this.#perform(() => this.#writer.write(sql, values)))
  }

  transaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    return this.#perform(() => this.#transactions.run(publishTransaction('postgres', work)))
  }

  ready(): Promise<unknown> {
    return this.get`SELECT name FROM migration LIMIT 1`
  }

  async checkpoint(): Promise<void> {
    // The server does this by itself.
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.allSettled(this.#running)
    await this.#connections.close()
  }

  async #perform<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#isClosed) throw new DatabaseError('the database is closed')
    const running = work()
    this.#running.add(running)
    try {
      return await running
    } finally {
      this.#running.delete(running)
    }
  }
}
