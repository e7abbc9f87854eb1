import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Counts } from '../counts.ts'
import { type Database, DatabaseError, type DatabaseOptions, type Transaction, type Value } from '../database.ts'
import { type Migrations, pendingMigrations } from '../migrations.ts'
import { publishStatement, publishTransaction } from '../statement-channel.ts'
import { whenFree } from './busy.ts'
import { Connection } from './connection.ts'
import { keepPrivate } from './private-file.ts'
import { Reader } from './reader.ts'
import { Writer } from './writer.ts'

/**
 * A SQLite file, for any number of processes on one machine.
 * Reads use a separate connection, so that they see only committed data.
 */
export async function openSqlite(
  path: string,
  migrations: Migrations,
  { overwriteDeleted = false }: DatabaseOptions,
): Promise<Database> {
  const file = resolve(path)
  if (!existsSync(dirname(file)))
    throw new DatabaseError(`DATABASE_URL=file:${path}: there is no folder ${dirname(file)}: create it or name another`)
  let database: DatabaseSync
  try {
    keepPrivate(file)
    database = new DatabaseSync(file, { timeout: 0 })
    await whenFree(() =>
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON'),
    )
  } catch (error) {
    throw new DatabaseError(`DATABASE_URL=file:${path}: ${(error as Error).message}`)
  }
  if (overwriteDeleted) database.exec('PRAGMA secure_delete = ON')
  const writer = new Writer(new Connection(database))
  try {
    await migrate(writer, database, migrations)
  } catch (error) {
    database.close()
    throw new DatabaseError(`DATABASE_URL=file:${path}: ${(error as Error).message}`)
  }
  const reader = new Reader(new Connection(new DatabaseSync(file, { readOnly: true, timeout: 1000 })))
  return new SqliteDatabase(writer, reader)
}

async function migrate(writer: Writer, database: DatabaseSync, migrations: Migrations): Promise<void> {
  await writer.write(async (transaction) => {
    await transaction.run`CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY)`
    const done = await transaction.all<{ name: string }>`SELECT name FROM migration`
    for (const [name, sql] of pendingMigrations(
      migrations,
      done.map((row) => row.name),
      'sqlite',
    )) {
      database.exec(sql)
      await transaction.run`INSERT INTO migration (name) VALUES (${name})`
    }
  })
}

class SqliteDatabase implements Database {
  readonly engine = 'sqlite'
  readonly counts = new Counts(this)
  readonly #writer: Writer
  readonly #reader: Reader

  constructor(writer: Writer, reader: Reader) {
    this.#writer = writer
    this.#reader = reader
  }

  all<Result>(sql: TemplateStringsArray, ...values: Value[]): Promise<Result[]> {
    return publishStatement('sqlite', sql, () => this.#reader.read('all', sql, values))
  }

  get<Result>(sql: TemplateStringsArray, ...values: Value[]): Promise<Result | undefined> {
    return publishStatement('sqlite', sql, () => this.#reader.read('get', sql, values))
  }

  run(sql: TemplateStringsArray, ...values: Value[]): Promise<number> {
    return publishStatement('sqlite', sql, () => this.#writer.write((transaction) => transaction.run(sql, ...values)))
  }

  transaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    return this.#writer.write(publishTransaction('sqlite', work))
  }

  ready(): Promise<unknown> {
    return this.get`SELECT name FROM migration LIMIT 1`
  }

  checkpoint(): Promise<void> {
    return this.#writer.checkpoint()
  }

  async close(): Promise<void> {
    await this.#writer.close()
    this.#reader.close()
  }
}
