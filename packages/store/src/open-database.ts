import { channel } from 'node:diagnostics_channel'
import { countMigrations } from './counts.ts'
import { type Database, DatabaseError, type DatabaseOptions } from './database.ts'
import type { Migrations } from './migrations.ts'
import { openSqlite } from './sqlite/database.ts'

/** Gets a message when a database has been opened. */
export const openChannel = 'reference-plugins:open'

/**
 * Opens the database at `url`, `file:PATH` or `postgres://…`, and migrates its tables.
 * @throws DatabaseError with one line that says what to change
 */
export async function openDatabase(
  url: string,
  migrations: Migrations,
  options: DatabaseOptions = {},
): Promise<Database> {
  const database = await openWithEngine(url, { ...migrations, ...countMigrations }, options)
  channel(openChannel).publish(database)
  return database
}

export const isPostgres = (url: string): boolean => /^postgres(ql)?:/.test(url)

async function openWithEngine(url: string, migrations: Migrations, options: DatabaseOptions): Promise<Database> {
  if (url.startsWith('file:')) {
    const path = url.slice('file:'.length)
    const fault = pathFault(path)
    if (fault) throw new DatabaseError(`DATABASE_URL=${url}: ${fault}, such as file:.data/todo.sqlite`)
    return openSqlite(path, migrations, options)
  }
  if (isPostgres(url)) {
    const { openPostgres } = await import('./postgres/database.ts')
    return openPostgres(url, migrations, options)
  }
  const scheme = /^[a-z][a-z+.-]*:/i.exec(url)?.[0] ?? 'no scheme'
  throw new DatabaseError(
    `DATABASE_URL has ${scheme}, but only file:PATH and postgres://… are supported, such as file:.data/todo.sqlite`,
  )
}

/** What SQLite would read as something other than a path, and Node takes for the name of a file. */
function pathFault(path: string): string | undefined {
  if (/^:?memory:?$|^:memory:|[?&]mode=memory/i.test(path))
    return 'a database in memory would lose every write: name a file'
  if (path.includes('?')) return 'SQLite parameters are not supported: name a file only'
  if (path === '' || /[/\\]$/.test(path)) return 'it names no file: add the name'
  return undefined
}
