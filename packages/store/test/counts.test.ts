import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Database, openDatabase } from '../src/index.ts'
import { temporaryDatabase } from '../src/temporary.ts'

async function open(t: TestContext, url = temporaryDatabase()): Promise<Database> {
  const database = await openDatabase(url, {})
  t.after(() => database.close())
  return database
}

test('what several processes add is counted together', async (t) => {
  const url = temporaryDatabase()
  const [one, other] = [await open(t, url), await open(t, url)]
  const rounds = Array.from({ length: 20 }, (_, round) =>
    (round % 2 ? one : other).counts.add(
      new Map([
        ['a', 1],
        ['b', 2],
        [`c${round}`, 3],
      ]),
      60,
    ),
  )
  for (const [round, counts] of (await Promise.all(rounds)).entries()) {
    assert.equal(counts.size, 3)
    assert.equal(counts.get(`c${round}`)?.used, 3)
  }
  const counts = await one.counts.add(
    new Map([
      ['a', 0],
      ['b', 0],
    ]),
    60,
  )
  assert.deepEqual([counts.get('a')?.used, counts.get('b')?.used], [20, 40])
})

test('a count starts again when its window has ended', async (t) => {
  const { counts } = await open(t)
  const first = (await counts.add(new Map([['a', 5]]), 1)).get('a')
  assert.equal(first?.used, 5)
  assert.ok(first.left > 900 && first.left <= 1000)
  await sleep(1_100)
  assert.equal((await counts.add(new Map([['a', 1]]), 60)).get('a')?.used, 1)
  // The window that runs is not made longer.
  const last = (await counts.add(new Map([['a', 1]]), 3600)).get('a')
  assert.equal(last?.used, 2)
  assert.ok(last.left <= 60_000)
})

test('any number of counts are added at once', async (t) => {
  const { counts } = await open(t)
  for (const size of [1, 3, 127, 300, 1000]) {
    const additions = new Map(Array.from({ length: size }, (_, number) => [`of ${size}: ${number}`, number]))
    const found = await counts.add(additions, 60)
    assert.deepEqual(new Map(Array.from(found, ([key, { used }]) => [key, used])), new Map([...additions].sort()))
  }
  assert.equal((await counts.add(new Map(), 60)).size, 0)
})

test('counts whose window has ended are deleted', async (t) => {
  const database = await open(t)
  await database.counts.add(new Map([['old', 1]]), 0.001)
  await sleep(10)
  const later = performance.now() + 61_000
  t.mock.method(performance, 'now', () => later)
  await database.counts.add(new Map([['new', 1]]), 60)
  assert.deepEqual(await database.all`SELECT key FROM shared_count`, [{ key: 'new' }])
})
