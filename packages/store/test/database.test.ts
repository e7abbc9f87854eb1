import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { type Database, DatabaseError, openDatabase } from '../src/index.ts'
import { temporaryFolder } from '../src/temporary.ts'

const folder = temporaryFolder('disk')
let files = 0
const newUrl = (): string => `file:${join(folder, `${files++}.sqlite`)}`
const migrations = { entry: 'CREATE TABLE entry (name TEXT, number INTEGER)' }
const open = (url = newUrl()): Promise<Database> => openDatabase(url, migrations)

test('values come back as they were given', async () => {
  const database = await openDatabase(newUrl(), { kept: 'CREATE TABLE kept (id INTEGER, value)' })
  const values = [
    '',
    'a',
    '🥛語',
    `"'; DROP TABLE kept; --`,
    'nul\u0000in it',
    '\u0000',
    '\ue000',
    '\ue0000\u0000\ue000',
    0,
    -1,
    1.5,
    Number.MAX_SAFE_INTEGER,
    null,
  ]
  for (const [id, value] of values.entries()) await database.run`INSERT INTO kept (id, value) VALUES (${id}, ${value})`
  await database.run`INSERT INTO kept (id, value) VALUES (${99}, ${new Uint8Array([0, 255])})`
  const rows = await database.all<{ value: unknown }>`SELECT value FROM kept ORDER BY id`
  assert.deepEqual(
    rows.map(({ value }) => value),
    [...values, new Uint8Array([0, 255])],
  )
  assert.equal(await database.get`SELECT value FROM kept WHERE id = ${7777}`, undefined)
  assert.equal(await database.run`DELETE FROM kept WHERE id > ${5}`, values.length - 6 + 1)
  await database.close()
})

test('a limit and an offset may be parameters', async () => {
  const database = await open()
  for (const number of [1, 2, 3, 4, 5]) await database.run`INSERT INTO entry (name, number) VALUES ('a', ${number})`
  const rows = await database.all<{ number: number }>`SELECT number FROM entry ORDER BY number LIMIT ${2} OFFSET ${1}`
  assert.deepEqual(
    rows.map(({ number }) => number),
    [2, 3],
  )
  await database.close()
})

test('a failure is rolled back, and nothing else', async () => {
  const database = await open()
  const results = await Promise.allSettled([
    database.run`INSERT INTO entry (name) VALUES ('before')`,
    database.transaction(async (transaction) => {
      await transaction.run`INSERT INTO entry (name) VALUES ('undone')`
      throw new Error('changed my mind')
    }),
    database.run`INSERT INTO nowhere (name) VALUES ('a')`,
    database.run`INSERT INTO entry (name) VALUES ('after')`,
  ])
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'rejected', 'fulfilled'],
  )
  assert.match(String((results[1] as PromiseRejectedResult).reason), /changed my mind/)
  const rows = await database.all<{ name: string }>`SELECT name FROM entry ORDER BY rowid`
  assert.deepEqual(
    rows.map(({ name }) => name),
    ['before', 'after'],
  )
  await database.close()
})

test('a row id above 2^53 causes no error', async () => {
  const database = await open()
  const insert = (name: string) =>
    database.transaction(async (transaction) => {
      const place = 9_007_336_693_694_464n + BigInt(name.length)
      await transaction.run`INSERT INTO entry (rowid, name) VALUES (${place}, ${name})`
      if (name === '') throw new Error('undone')
    })
  const [, undone] = await Promise.allSettled([insert('a'), insert(''), insert('ab')])
  assert.match(String((undone as PromiseRejectedResult).reason), /undone/)
  await database.checkpoint()
  assert.deepEqual(await database.all`SELECT name FROM entry ORDER BY rowid`, [{ name: 'a' }, { name: 'ab' }])
  await database.close()
})

test('transactions run one after the other', async () => {
  const database = await open()
  await database.run`INSERT INTO entry (name, number) VALUES ('counter', 0)`
  const increments = Array.from({ length: 100 }, () =>
    database.transaction(async (transaction) => {
      const row = await transaction.get<{ number: number }>`SELECT number FROM entry`
      await new Promise(setImmediate)
      await transaction.run`UPDATE entry SET number = ${(row?.number ?? 0) + 1}`
    }),
  )
  await Promise.all(increments)
  assert.deepEqual({ ...(await database.get`SELECT number FROM entry`) }, { number: 100 })
  await database.close()
})

test('reads see acknowledged writes, and no others', async () => {
  const database = await open()
  const count = async () => (await database.get<{ count: number }>`SELECT count(*) AS count FROM entry`)?.count
  await database.transaction(async (transaction) => {
    await transaction.run`INSERT INTO entry (name) VALUES ('a')`
    assert.equal(await count(), 0)
  })
  assert.equal(await count(), 1)
  await database.close()
})

test('a transaction that takes over 5 seconds is rolled back, and the next one runs', async (t) => {
  const database = await open()
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const begun = Promise.withResolvers<void>()
  const slow = database.transaction(async (transaction) => {
    await transaction.run`INSERT INTO entry (name) VALUES ('slow')`
    begun.resolve()
    await new Promise((resolve) => setTimeout(resolve, 6000))
    await transaction.run`INSERT INTO entry (name) VALUES ('too late')`
  })
  await begun.promise
  t.mock.timers.tick(5000)
  await assert.rejects(slow, /over 5 seconds/)
  t.mock.timers.tick(1000)
  await database.run`INSERT INTO entry (name) VALUES ('next')`
  const rows = await database.all<{ name: string }>`SELECT name FROM entry`
  assert.deepEqual(
    rows.map(({ name }) => name),
    ['next'],
  )
  await database.close()
})

test('migrations run once, in order, and all or none', async () => {
  const url = newUrl()
  const first = { a: 'CREATE TABLE a (x INTEGER)' }
  await (await openDatabase(url, first)).close()
  await assert.rejects(
    openDatabase(url, { ...first, b: 'CREATE TABLE b (x INTEGER)', c: 'CREATE TABLE a (x INTEGER)' }),
    /already exists/,
  )
  const both = { ...first, b: 'CREATE TABLE b (x INTEGER); INSERT INTO b VALUES (1)' }
  for (const _ of [1, 2]) {
    const database = await openDatabase(url, both)
    assert.deepEqual((await database.all`SELECT x FROM b`).length, 1)
    await database.close()
  }
  await assert.rejects(
    openDatabase(url, first),
    (error) => error instanceof DatabaseError && /newer version/.test(error.message),
  )
})

test('an unusable URL is refused in one line', async () => {
  const text = join(folder, 'text')
  writeFileSync(
    text,
    'This is a text of more than a hundred characters, and SQLite reads the first hundred to see that it is not its own.',
  )
  for (const url of [
    'file:/nowhere/at/all.sqlite',
    `file:${folder}`,
    `file:${text}`,
    'file:',
    'postgres://localhost/a',
    'a.sqlite',
    '',
  ])
    await assert.rejects(open(url), (error: Error) => {
      assert.ok(error instanceof DatabaseError, `${url}: ${error}`)
      assert.match(error.message, /^DATABASE_URL[^\n]+$/)
      return true
    })
})

test('closing finishes running work and refuses new work', async () => {
  const url = newUrl()
  const database = await open(url)
  const begun = Array.from({ length: 20 }, () => database.run`INSERT INTO entry (name) VALUES ('begun')`)
  await Promise.all([...begun, database.close()])
  await assert.rejects(database.run`INSERT INTO entry (name) VALUES ('late')`, /closed/)
  await assert.rejects(database.all`SELECT name FROM entry`, /closed/)
  const again = await open(url)
  assert.equal((await again.all`SELECT name FROM entry`).length, 20)
  await again.close()
})

const startWriter = (url: string, name: string, count: number, hold = 0): ChildProcess =>
  spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      join(import.meta.dirname, 'writer-process.ts'),
      url,
      name,
      String(count),
      String(hold),
    ],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )

test('several can open a new file at once, and none finds it locked', { timeout: 60_000 }, async () => {
  const workers = Array.from({ length: 2 }, () => new Worker(join(import.meta.dirname, 'open-worker.ts')))
  for (let round = 0; round < 20; round++) {
    const told = workers.map((worker) => once(worker, 'message'))
    const job = { url: newUrl(), gate: new Int32Array(new SharedArrayBuffer(4)), workers: workers.length }
    for (const worker of workers) worker.postMessage(job)
    assert.deepEqual(
      (await Promise.all(told)).flat(),
      workers.map(() => 'opened'),
    )
  }
  for (const worker of workers) await worker.terminate()
})

test('three processes write to one file while it is read, and no write is lost', { timeout: 60_000 }, async () => {
  const url = newUrl()
  const reader = await open(url)
  const writers = ['a', 'b', 'c'].map((name) => once(startWriter(url, name, 100), 'exit'))
  let reading = true
  const reads = (async () => {
    while (reading) await reader.all`SELECT count(*) FROM entry`
  })()
  assert.deepEqual(
    (await Promise.all(writers)).map(([code]) => code),
    [0, 0, 0],
  )
  reading = false
  await reads
  for (const name of ['a', 'b', 'c']) {
    const rows = await reader.all<{ number: number }>`SELECT number FROM entry WHERE name = ${name} ORDER BY rowid`
    assert.deepEqual(
      rows.map(({ number }) => number),
      Array.from({ length: 100 }, (_, number) => number),
    )
  }
  await reader.close()
})

test('a process that has the lock only delays the others', { timeout: 30_000 }, async () => {
  const url = newUrl()
  const database = await open(url)
  const holder = startWriter(url, 'holder', 0, 500)
  const exit = once(holder, 'exit')
  await once(holder.stdout as NodeJS.ReadableStream, 'data')
  await database.run`INSERT INTO entry (name) VALUES ('waited')`
  assert.deepEqual(await exit, [0, null])
  const names = await database.all`SELECT name FROM entry ORDER BY rowid`
  assert.deepEqual(names, [{ name: 'holder' }, { name: 'waited' }])
  await database.close()
})

test('with overwriteDeleted, deleted data is not on the disk after a checkpoint', async () => {
  const url = newUrl()
  const database = await openDatabase(url, migrations, { overwriteDeleted: true })
  const path = url.slice('file:'.length)
  const isOnDisk = () =>
    [path, `${path}-wal`].some((file) => existsSync(file) && readFileSync(file).includes('canary-4711'))
  for (let number = 0; number < 50; number++)
    await database.run`INSERT INTO entry (name, number) VALUES (${`canary-4711 ${'x'.repeat(200)}`}, ${number})`
  assert.ok(isOnDisk())
  await database.run`DELETE FROM entry`
  await database.checkpoint()
  assert.ok(!isOnDisk())
  await database.close()
})
