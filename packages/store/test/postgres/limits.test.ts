import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { type Database, openDatabase } from '../../src/index.ts'
import { temporaryDatabase } from '../../src/temporary.ts'
import type { TemporaryPostgres } from '../../src/temporary-postgres.ts'
import { entries, isUnavailable, onPostgres, startServer } from './fixture.ts'

const withParameter = (url: string, name: string, value: string): string => {
  const changed = new URL(url)
  changed.searchParams.set(name, value)
  return changed.href
}

const runningSleeps = async (database: Database) =>
  (
    await database.all`
      SELECT pid FROM pg_stat_activity
      WHERE datname = current_database() AND state = 'active' AND query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()`
  ).length

test('a statement that takes over 5 seconds is 503, and ends at the server', onPostgres, async () => {
  const database = await openDatabase(temporaryDatabase(), entries)
  const begun = performance.now()
  const slow = [
    database.all`SELECT pg_sleep(30)`,
    database.run`INSERT INTO entry (name) SELECT pg_sleep(30)::text`,
    database.transaction((transaction) => transaction.all`SELECT pg_sleep(30)`),
  ]
  // Other work goes on.
  await sleep(100)
  assert.deepEqual(await database.all`SELECT name FROM entry`, [])
  for (const one of await Promise.allSettled(slow)) {
    assert.equal(one.status, 'rejected')
    assert.ok(isUnavailable(one.reason), String(one.reason))
  }
  assert.ok(performance.now() - begun < 15_000)
  for (let tries = 0; (await runningSleeps(database)) > 0; tries++) {
    assert.ok(tries < 100, 'the statement goes on')
    await sleep(100)
  }
  await database.run`INSERT INTO entry (name) VALUES ('next')`
  assert.deepEqual(await database.all`SELECT name FROM entry`, [{ name: 'next' }])
  await database.close()
})

test('without a free connection work waits, and is 503 if none becomes free', onPostgres, async () => {
  const url = withParameter(withParameter(temporaryDatabase(), 'max', '2'), 'connect_timeout', '1')
  const database = await openDatabase(url, entries)
  const release = Promise.withResolvers<void>()
  const holders = [1, 2].map(() =>
    database.transaction(async (transaction) => {
      await transaction.all`SELECT name FROM entry`
      await release.promise
    }),
  )
  await sleep(50)
  const refused = [
    database.all`SELECT name FROM entry`,
    database.run`INSERT INTO entry (name) VALUES ('a')`,
    database.transaction(async () => {}),
    database.ready(),
  ]
  for (const one of await Promise.allSettled(refused)) assert.ok(one.status === 'rejected' && isUnavailable(one.reason))
  const patient = database.run`INSERT INTO entry (name) VALUES ('b')`
  release.resolve()
  await Promise.all([...holders, patient])
  assert.deepEqual(await database.all`SELECT name FROM entry`, [{ name: 'b' }])
  await database.close()
})

let own: TemporaryPostgres
before(async () => {
  if (!onPostgres.skip)
    own = await startServer({ max_connections: '8', superuser_reserved_connections: '0', synchronous_commit: 'off' })
})
after(() => own?.stop())

test('a server without a free connection is 503, and is used again afterwards', onPostgres, async () => {
  const greedy = await openDatabase(own.url, entries)
  const other = await openDatabase(own.url, entries)
  const release = Promise.withResolvers<void>()
  const holders = Array.from({ length: 10 }, () => greedy.transaction(async () => await release.promise))
  const all = Promise.allSettled(holders)
  await sleep(500)
  const results = await Promise.allSettled(
    Array.from({ length: 10 }, () =>
      other.transaction(async (transaction) => {
        await transaction.run`INSERT INTO entry (name) VALUES ('a')`
        await sleep(50)
      }),
    ),
  )
  assert.ok(results.some((one) => one.status === 'rejected'))
  for (const one of results) assert.ok(one.status === 'fulfilled' || isUnavailable(one.reason), JSON.stringify(one))
  release.resolve()
  for (const one of await all) assert.ok(one.status === 'fulfilled' || isUnavailable(one.reason))
  await greedy.close()
  await other.run`INSERT INTO entry (name) VALUES ('b')`
  await other.close()
})

test('writes wait for the disk, even if the server does not ask for that', onPostgres, async () => {
  const database = await openDatabase(own.url, entries)
  const value = await database.transaction(
    (transaction) => transaction.get`SELECT current_setting('synchronous_commit') AS value`,
  )
  assert.deepEqual(value, { value: 'on' })
  await database.close()
})

test('after a failover to a read-only server its connections are given up', onPostgres, async () => {
  const database = await openDatabase(own.url, entries)
  const setReadOnly = async (value: string) => {
    const client = new pg.Client({ connectionString: own.url })
    await client.connect()
    await client.query(`ALTER SYSTEM SET default_transaction_read_only = ${value}`)
    await client.query('SELECT pg_reload_conf()')
    await client.end()
    await sleep(300)
  }
  await database.run`INSERT INTO entry (name) VALUES ('before')`
  // As a primary server that has become a replica.
  await setReadOnly('on')
  await assert.rejects(database.run`INSERT INTO entry (name) VALUES ('during')`, isUnavailable)
  await setReadOnly('off')
  await database.run`INSERT INTO entry (name) VALUES ('after')`
  const rows = await database.all<{
    name: string
  }>`SELECT name FROM entry WHERE name IN ('before', 'during', 'after') ORDER BY name`
  assert.deepEqual(
    rows.map(({ name }) => name),
    ['after', 'before'],
  )
  await database.close()
})
