import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { DatabaseError, openDatabase } from '../../src/index.ts'
import { temporaryFolder } from '../../src/temporary.ts'
import type { TemporaryPostgres } from '../../src/temporary-postgres.ts'
import { entries, onPostgres, startServer } from './fixture.ts'

let own: TemporaryPostgres
before(async () => {
  if (onPostgres.skip) return
  own = await startServer()
  // Only the user postgres needs no password.
  writeFileSync(join(own.data, 'pg_hba.conf'), 'host all postgres all trust\nhost all all all scram-sha-256\n')
  await administer(
    'SELECT pg_reload_conf()',
    "CREATE ROLE todo LOGIN PASSWORD 'secret'",
    "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' LOCALE_PROVIDER libc TEMPLATE template0",
    'CREATE DATABASE todo OWNER todo',
  )
})
after(() => own?.stop())

async function administer(...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: own.url })
  await client.connect()
  for (const statement of statements) await client.query(statement)
  await client.end()
}

async function refuses(url: string, expected: RegExp): Promise<void> {
  const begun = performance.now()
  await assert.rejects(openDatabase(url, entries), (error: Error) => {
    assert.ok(error instanceof DatabaseError, String(error))
    assert.match(error.message, /^DATABASE_URL: [^\n]+$/)
    assert.match(error.message, expected)
    assert.doesNotMatch(error.message, /secret/)
    return true
  })
  assert.ok(performance.now() - begun < 20_000)
}

test('each failure at start is one line that says what to do', onPostgres, async () => {
  const at = (user: string, database: string) => `postgres://${user}@127.0.0.1:${own.port}/${database}`
  await refuses('postgres://todo:secret@127.0.0.1:1/todo', /no server answers at 127.0.0.1:1: start it/)
  await refuses('postgres:///todo?host=/nowhere&user=todo', /no server answers at \/nowhere\/.s.PGSQL.5432/)
  await refuses(
    'postgres://todo:secret@nowhere.invalid/todo',
    /the (name of the )?host nowhere.invalid (is unknown|cannot be resolved)/,
  )
  await refuses(at('todo:secret2', 'todo'), /the server refuses the user todo: check the user, the password/)
  await refuses(at('todo', 'todo'), /asks for the password of todo/)
  await refuses(at('nobody:secret', 'todo'), /refuses the user nobody/)
  await refuses(at('todo:secret', 'other'), /no database other: create it with CREATE DATABASE/)
  await refuses(at('postgres', 'latin'), /encoding LATIN1: create one with ENCODING 'UTF8'/)
  await refuses(`${at('todo:secret', 'todo')}?sslmode=verify-full`, /the server has no TLS/)
  await (await openDatabase(at('todo:secret', 'todo'), entries)).close()
})

test('a server that is not Postgres is refused', onPostgres, async () => {
  const web = createHttpServer((_, response) => response.end('hello')).listen(0, '127.0.0.1')
  const silent = createServer(() => {}).listen(0, '127.0.0.1')
  await Promise.all([once(web, 'listening'), once(silent, 'listening')])
  const url = (server: { address(): unknown }) =>
    `postgres://todo:secret@127.0.0.1:${(server.address() as AddressInfo).port}/todo`
  await refuses(url(web), /is not a Postgres server/)
  await refuses(`${url(silent)}?connect_timeout=1`, /no Postgres server answers at 127.0.0.1:\d+ in time/)
  web.close()
  web.closeAllConnections()
  silent.close()
})

test('a changed password in the file is used for new connections', onPostgres, async () => {
  const file = join(temporaryFolder(), 'password')
  writeFileSync(file, 'secret\n')
  const url = `postgres://todo@127.0.0.1:${own.port}/todo?passwordFile=${file}`
  const database = await openDatabase(url, entries)
  await administer(
    "ALTER ROLE todo PASSWORD 'other'",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'todo'",
  )
  await assert.rejects(database.all`SELECT name FROM entry`, (error) => error instanceof DatabaseError)
  writeFileSync(file, 'other\n')
  assert.deepEqual(await database.all`SELECT name FROM entry`, [])
  let calls = 0
  const password = async () => {
    calls++
    return 'other'
  }
  const byFunction = await openDatabase(`postgres://todo@127.0.0.1:${own.port}/todo`, entries, { password })
  assert.ok(calls > 0)
  await byFunction.close()
  await database.close()
  await administer("ALTER ROLE todo PASSWORD 'secret'")
})
