import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { type Database, DatabaseError, openDatabase } from '../src/index.ts'
import { temporaryFolder } from '../src/temporary.ts'
import { startWriter } from './start-writer.ts'

const folder = temporaryFolder('disk')
let files = 0
const newUrl = (): string => `file:${join(folder, `${files++}.sqlite`)}`
const migrations = { entry: 'CREATE TABLE entry (name TEXT, number INTEGER)' }
const open = (url = newUrl()): Promise<Database> => openDatabase(url, migrations)

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

test('where SQLite rolls back everything by itself, the reason is told, and the next write succeeds', async () => {
  const database = await openDatabase(newUrl(), {
    ...migrations,
    full: `CREATE TRIGGER full BEFORE INSERT ON entry WHEN NEW.number = 0 BEGIN SELECT RAISE(ROLLBACK, 'the disk is full'); END`,
  })
  const insert = (number: number) =>
    database.transaction((transaction) => transaction.run`INSERT INTO entry (name, number) VALUES ('a', ${number})`)
  // Those that share its commit are rolled back with it.
  for (const one of await Promise.allSettled([insert(1), insert(0)])) {
    assert.equal(one.status, 'rejected')
    assert.ok(one.reason instanceof DatabaseError)
    assert.match(one.reason.message, /nothing was written: .*the disk is full/)
  }
  assert.equal(await insert(2), 1)
  assert.deepEqual(await database.all`SELECT number FROM entry`, [{ number: 2 }])
  await database.close()
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
    'mysql://localhost/a',
    'a.sqlite',
    '',
  ])
    await assert.rejects(open(url), (error: Error) => {
      assert.ok(error instanceof DatabaseError, `${url}: ${error}`)
      assert.match(error.message, /^DATABASE_URL[^\n]+$/)
      return true
    })
})

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
