import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { type Database, DatabaseError, openDatabase } from '../src/index.ts'
import { temporaryDatabase } from '../src/temporary.ts'
import { startWriter } from './start-writer.ts'

const newUrl = () => temporaryDatabase('disk')
const migrations = { entry: 'CREATE TABLE entry (name TEXT, number INTEGER)' }
const open = (url = newUrl()): Promise<Database> => openDatabase(url, migrations)

test('values come back as they were given', async () => {
  const database = await openDatabase(newUrl(), {
    kept: 'CREATE TABLE kept (id INTEGER, text TEXT, whole INTEGER, number REAL, bytes BLOB)',
  })
  const texts = [
    '',
    'a',
    '🥛語',
    `"'; DROP TABLE kept; --`,
    String.raw`\ \x00 $1 ? E'\n'`,
    'nul\u0000in it',
    '\u0000',
    '\ue000',
    '\ue0000\u0000\ue000',
    null,
  ]
  const wholes = [0, -1, 2 ** 31, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER, null]
  const numbers = [0, -1.5, 0.1, 1e300, 5e-324, null]
  const bytes = [new Uint8Array(), new Uint8Array([0, 255, 92]), null]
  for (const [id, text] of texts.entries()) await database.run`INSERT INTO kept (id, text) VALUES (${id}, ${text})`
  for (const [id, whole] of wholes.entries()) await database.run`UPDATE kept SET whole = ${whole} WHERE id = ${id}`
  for (const [id, number] of numbers.entries()) await database.run`UPDATE kept SET number = ${number} WHERE id = ${id}`
  for (const [id, one] of bytes.entries()) await database.run`UPDATE kept SET bytes = ${one} WHERE id = ${id}`
  const rows = await database.all`SELECT text, whole, number, bytes FROM kept ORDER BY id`
  assert.deepEqual(
    rows,
    texts.map((text, id) => ({
      text,
      whole: wholes[id] ?? null,
      number: numbers[id] ?? null,
      bytes: bytes[id] ?? null,
    })),
  )
  assert.equal(await database.get`SELECT text FROM kept WHERE id = ${7777}`, undefined)
  assert.equal(await database.run`DELETE FROM kept WHERE id > ${5}`, texts.length - 6)
  await database.close()
})

test('a lone surrogate becomes the replacement character', async () => {
  const database = await open()
  await database.run`INSERT INTO entry (name) VALUES (${'a\ud800b'})`
  assert.deepEqual(await database.all`SELECT name FROM entry`, [{ name: 'a\ufffdb' }])
  await database.close()
})

test('texts are in the order of their bytes, also in an index, min and a comparison', async () => {
  const database = await openDatabase(newUrl(), {
    word: 'CREATE TABLE word (text TEXT PRIMARY KEY, number INTEGER)',
    more: 'ALTER TABLE word ADD COLUMN copy TEXT',
  })
  const words = ['', ' a', '-', 'A', 'B', 'Z', 'a', 'a b', 'ab', 'b', 'é', 'ö', 'ﬀ', '語', '🥛']
  for (const word of words.toReversed()) await database.run`INSERT INTO word (text, copy) VALUES (${word}, ${word})`
  const found = await database.all<{ text: string }>`SELECT text FROM word ORDER BY text`
  const copies = await database.all<{ copy: string }>`SELECT copy FROM word ORDER BY copy`
  const expected = words.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  assert.deepEqual(
    found.map(({ text }) => text),
    expected,
  )
  assert.deepEqual(
    copies.map(({ copy }) => copy),
    expected,
  )
  assert.deepEqual(await database.get`SELECT max(text) AS text FROM word WHERE text < ${'a'}`, { text: 'Z' })
  await database.close()
})

test('an integer above 2^53 is an error, and is never rounded', async () => {
  const database = await open()
  await database.run`INSERT INTO entry (number) VALUES (${2n ** 53n + 1n})`
  await assert.rejects(database.all`SELECT number FROM entry`, /9007199254740993|2\^53/)
  assert.equal(await database.run`DELETE FROM entry`, 1)
  await database.close()
})

test('counts, sums and conditions are numbers', async () => {
  const database = await open()
  for (const number of [1, 2, 3]) await database.run`INSERT INTO entry (name, number) VALUES ('a', ${number})`
  assert.deepEqual(
    await database.all`SELECT count(*) AS count, sum(number) AS sum, max(number) > 2 AS large, max(number) > 3 AS larger FROM entry`,
    [{ count: 3, sum: 6, large: 1, larger: 0 }],
  )
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
  const rows = await database.all<{ name: string }>`SELECT name FROM entry ORDER BY name`
  assert.deepEqual(
    rows.map(({ name }) => name),
    ['after', 'before'],
  )
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
    const rows = await reader.all<{ number: number }>`SELECT number FROM entry WHERE name = ${name} ORDER BY number`
    assert.deepEqual(
      rows.map(({ number }) => number),
      Array.from({ length: 100 }, (_, number) => number),
    )
  }
  await reader.close()
})
