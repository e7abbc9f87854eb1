import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Database, isLeased, leaseMigrations, openDatabase, withLease } from '../src/index.ts'
import { temporaryDatabase } from '../src/temporary.ts'

async function open(t: TestContext, url = temporaryDatabase()): Promise<Database> {
  const database = await openDatabase(url, leaseMigrations)
  t.after(() => database.close())
  return database
}

/** Tries until the work runs here; returns after how many milliseconds. */
async function waitFor(database: Database, name: string): Promise<number> {
  const start = performance.now()
  while (!(await withLease(database, name, 5, async () => {}))) {
    assert.ok(performance.now() - start < 20_000, 'the lease has not become free')
    await sleep(50)
  }
  return performance.now() - start
}

/** A process that holds the lease. */
async function holder(t: TestContext, url: string, seconds: number): Promise<ChildProcess> {
  const file = join(import.meta.dirname, 'lease-holder.ts')
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file, url, 'poll', String(seconds)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => child.kill('SIGKILL'))
  const [line] = await once(child.stdout as NodeJS.ReadableStream, 'data')
  assert.equal(String(line), 'holding\n')
  return child
}

test('of many that want a lease at once, one runs', async (t) => {
  const url = temporaryDatabase()
  const databases = [await open(t, url), await open(t, url)]
  const { promise: othersAreRefused, resolve } = Promise.withResolvers<void>()
  let refused = 0
  const tries = Array.from({ length: 20 }, async (_, index) => {
    const ran = await withLease(databases[index % 2] as Database, 'poll', 5, () => othersAreRefused)
    if (!ran && ++refused === 19) resolve()
    return ran
  })
  assert.equal((await Promise.all(tries)).filter(Boolean).length, 1)
})

test('leases of other names do not wait for each other', async (t) => {
  const database = await open(t)
  assert.ok(
    await withLease(database, 'poll', 5, async () => {
      assert.ok(await withLease(database, 'sweep', 5, async () => {}))
      assert.equal(await withLease(database, 'poll', 5, async () => assert.fail('it ran twice')), false)
    }),
  )
})

test('a lease is given up when the work ends, also by an error', async (t) => {
  const database = await open(t)
  await assert.rejects(
    withLease(database, 'poll', 60, async () => {
      throw new Error('no feed')
    }),
    /no feed/,
  )
  assert.ok(await withLease(database, 'poll', 60, async () => {}))
  assert.deepEqual(await database.all`SELECT name FROM lease`, [])
})

test('a lease is renewed while the work runs', async (t) => {
  const database = await open(t)
  await withLease(database, 'poll', 1.5, async (signal) => {
    await sleep(2_500)
    assert.equal(signal.aborted, false)
    assert.equal(await withLease(database, 'poll', 5, async () => {}), false)
  })
})

test('work is told when another has taken its lease', async (t) => {
  const database = await open(t)
  await withLease(database, 'poll', 0.3, async (signal) => {
    await database.run`UPDATE lease SET holder = ${'another'}, ends_at = ${2 ** 50}`
    await once(signal, 'abort', { signal: AbortSignal.timeout(10_000) })
    assert.match(signal.reason.message, /"poll" was lost/)
  })
  assert.deepEqual(await database.all`SELECT holder FROM lease`, [{ holder: 'another' }])
})

test('work is told when its lease could not be renewed in time', async (t) => {
  const database = await open(t)
  let isAway = false
  const unreliable = {
    engine: database.engine,
    get: (...statement: [TemplateStringsArray]) => database.get(...statement),
    run: (...statement: [TemplateStringsArray]) =>
      isAway ? Promise.reject(new Error('away')) : database.run(...statement),
  } as unknown as Database
  await withLease(unreliable, 'poll', 0.3, async (signal) => {
    isAway = true
    await once(signal, 'abort', { signal: AbortSignal.timeout(10_000) })
  })
  // It could not be given up either, and has ended by itself.
  await waitFor(database, 'poll')
})

test('the lease of a process that is killed becomes free when its time is over', { timeout: 60_000 }, async (t) => {
  const url = temporaryDatabase()
  const database = await open(t, url)
  const child = await holder(t, url, 3)
  assert.equal(await withLease(database, 'poll', 5, async () => {}), false)
  child.kill('SIGKILL')
  await once(child, 'close')
  assert.ok((await waitFor(database, 'poll')) < 10_000)
})

test('the lease of a process that stops becomes free at once', { timeout: 60_000 }, async (t) => {
  const url = temporaryDatabase()
  const database = await open(t, url)
  const child = await holder(t, url, 3600)
  child.kill('SIGTERM')
  await once(child, 'close')
  assert.ok(await withLease(database, 'poll', 5, async () => {}))
})

test('the lease of a process that is killed on this machine is free at once where the database is a file', {
  timeout: 60_000,
  skip: process.env.POSTGRES && 'on Postgres the process may be on another machine',
}, async (t) => {
  const url = temporaryDatabase()
  const database = await open(t, url)
  const child = await holder(t, url, 3600)
  assert.equal(await isLeased(database, 'poll'), true)
  child.kill('SIGKILL')
  await once(child, 'close')
  assert.equal(await isLeased(database, 'poll'), false)
  assert.ok(await withLease(database, 'poll', 60, async () => {}))
})

test('a transaction of a process that has lost its lease knows it', async (t) => {
  const database = await open(t)
  await withLease(database, 'poll', 60, async (_, holds) => {
    assert.equal(await isLeased(database, 'poll'), true)
    assert.equal(await database.transaction(holds), true)
    await database.run`UPDATE lease SET holder = ${'another'}`
    assert.equal(await database.transaction(holds), false)
  })
  await database.run`DELETE FROM lease`
  assert.equal(await isLeased(database, 'poll'), false)
})
