import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import pg from 'pg'
import { DatabaseError, openDatabase } from '../../src/index.ts'
import { temporaryDatabase } from '../../src/temporary.ts'
import { entries, findWritten, onPostgres, server } from './fixture.ts'

const execute = promisify(execFile)

test('ten processes that start at once migrate the database once', onPostgres, async () => {
  const url = temporaryDatabase()
  const writer = join(import.meta.dirname, '../writer-process.ts')
  const names = Array.from({ length: 10 }, (_, index) => `process ${index}`)
  await Promise.all(
    names.map((name) =>
      execute(process.execPath, ['--disable-warning=ExperimentalWarning', writer, url, name, '1', '0']),
    ),
  )
  const database = await openDatabase(url, entries)
  const written = await findWritten(database)
  assert.deepEqual([...written.names].sort(), names)
  assert.deepEqual(await database.all`SELECT name FROM migration WHERE name = 'entry'`, [{ name: 'entry' }])
  await database.close()
})

test(
  'a user without the right to create tables can open a database that is up to date, and no other',
  onPostgres,
  async () => {
    const url = temporaryDatabase()
    await (await openDatabase(url, entries)).close()
    const name = `reader_${process.pid}`
    const admin = new pg.Client({ connectionString: url })
    await admin.connect()
    try {
      await admin.query(`CREATE ROLE ${name} LOGIN; GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO ${name}`)
      const limited = new URL(url)
      limited.username = name
      const database = await openDatabase(limited.href, entries)
      await database.run`INSERT INTO entry (name) VALUES ('a')`
      await database.close()
      await assert.rejects(
        openDatabase(limited.href, { ...entries, more: 'CREATE TABLE more (name TEXT)' }),
        (error) =>
          error instanceof DatabaseError &&
          /^DATABASE_URL: the user \w+ may not create tables: run GRANT/.test(error.message),
      )
    } finally {
      await admin.query(`DROP OWNED BY ${name}; DROP ROLE ${name}`)
      await admin.end()
    }
  },
)

test('a step can have a text for each engine', onPostgres, async () => {
  assert.notEqual(server, '')
  const database = await openDatabase(temporaryDatabase(), {
    found: {
      sqlite: 'CREATE TABLE found (name TEXT) WITHOUT ROWID',
      postgres: 'CREATE TABLE found (name TEXT, words tsvector)',
    },
    shared:
      "CREATE TABLE shared (at INTEGER, name TEXT DEFAULT ', INTEGER', PRIMARY KEY (at)) WITHOUT ROWID; CREATE TABLE b (n REAL, x BLOB)",
  })
  const columns = await database.all`
    SELECT table_name || '.' || column_name AS name, data_type AS type, collation_name AS collation
    FROM information_schema.columns WHERE table_name IN ('found', 'shared', 'b') ORDER BY 1`
  assert.deepEqual(columns, [
    { name: 'b.n', type: 'double precision', collation: null },
    { name: 'b.x', type: 'bytea', collation: null },
    { name: 'found.name', type: 'text', collation: 'C' },
    { name: 'found.words', type: 'tsvector', collation: null },
    { name: 'shared.at', type: 'bigint', collation: null },
    { name: 'shared.name', type: 'text', collation: 'C' },
  ])
  await database.close()
})
