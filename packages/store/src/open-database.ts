import { type Database, DatabaseError, type DatabaseOptions } from './database.ts'
import type { Migrations } from './migrations.ts'
import { openSqlite } from './sqlite/database.ts'

/**
 * Opens the database at `url`, `file:PATH`, and migrates its tables.
 * @throws DatabaseError with one line that says what to change
 */
export async function openDatabase(
  url: string,
  migrations: Migrations,
  options: DatabaseOptions = {},
): Promise<Database> {
  if (url.startsWith('file:')) return openSqlite(url.slice('file:'.length), migrations, options)
  const scheme = /^[a-z][a-z+.-]*:/i.exec(url)?.[0] ?? 'no scheme'
  throw new DatabaseError(`DATABASE_URL has ${scheme}, but only file:PATH is supported, such as file:.data/todo.sqlite`)
}
