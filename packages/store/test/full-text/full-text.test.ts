import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openPages, type Pages } from './pages.ts'

let all: Pages[]
before(async () => {
  all = await openPages()
})
after(() => Promise.all(all.map(({ database }) => database.close())))

const page = (key: number, title: string, text: string, owner = 'ada') => ({ key, owner, title, text })

test('a text that is removed or replaced is gone, every time', async () => {
  for (const { index, database } of all)
    for (let round = 0; round < 20; round++) {
      const put = (title: string) =>
        database.transaction((transaction) =>
          index.put(transaction, { key: 1, owner: 'ada', fields: [title, 'bread'] }),
        )
      await put('milk')
      assert.deepEqual(await index.search('ada', 'milk', 10), [1])
      await put('tea')
      assert.deepEqual([await index.search('ada', 'milk', 10), await index.search('ada', 'tea', 10)], [[], [1]])
      await database.transaction((transaction) => index.remove(transaction, 'ada', [1]))
      assert.deepEqual(await index.search('ada', 'bread', 10), [])
    }
})

test('a text of a transaction that fails is not found', async () => {
  for (const { index, database } of all) {
    const failed = database.transaction(async (transaction) => {
      await index.put(transaction, { key: 2, owner: 'ada', fields: ['milk', ''] })
      throw new Error('no')
    })
    await assert.rejects(failed, /no/)
    assert.deepEqual(await index.search('ada', 'milk', 10), [])
  }
})

test('exact words come before longer ones, in each the first field first, and then the newest', async () => {
  for (const one of all) {
    await one.put(
      page(10, 'x', 'walruses', 'rank'),
      page(11, 'x', 'a walrus', 'rank'),
      page(4000, 'x', 'the walrus', 'rank'),
      page(13, 'walrus', 'x', 'rank'),
      page(14, 'walruses', 'x', 'rank'),
      page(90_000, 'x', 'walruses', 'rank'),
      page(2_000_000, 'other', 'x', 'rank'),
    )
    const ranked = [13, 4000, 11, 14, 90_000, 10]
    for (const count of [1, 2, 3, 5, 6, 100])
      assert.deepEqual(await one.index.search('rank', 'walrus', count), ranked.slice(0, count), one.database.engine)
    assert.deepEqual(await one.index.newest('rank', 'walrus', 3), [90_000, 4000, 14])
    const matches = await one.index.matches(['rank', 'ada'], 'walrus')
    assert.deepEqual(
      [...matches].toSorted(([a], [b]) => a - b),
      [
        [10, 1],
        [11, 1],
        [13, 0],
        [14, 0],
        [4000, 1],
        [90_000, 1],
      ],
    )
  }
})

test('the index is built from the texts that exist, once, and again where the texts came from elsewhere', async () => {
  for (const one of all) {
    await one.clear()
    for (let key = 1; key <= 250; key++)
      await one.database
        .run`INSERT INTO page (key, owner, title, text) VALUES (${key}, ${'old'}, ${`Tea ${key}`}, ${''})`
    assert.deepEqual(await one.index.search('old', 'tea', 300), [])
    await one.index.prepare()
    assert.equal((await one.index.search('old', 'tea', 300)).length, 250)
    await one.database.run`INSERT INTO page (key, owner, title, text) VALUES (${251}, ${'old'}, ${'Tea'}, ${''})`
    await one.index.prepare()
    assert.equal((await one.index.search('old', 'tea', 300)).length, 250, 'it has been built')
    await one.database.run`DELETE FROM full_text`
    await one.index.prepare()
    assert.equal((await one.index.search('old', 'tea', 300)).length, 251)
  }
})

test('long texts are indexed in several transactions', async () => {
  for (const one of all) {
    await one.clear()
    await one.database.run`DELETE FROM full_text`
    for (let key = 1; key <= 5; key++)
      await one.database.run`
        INSERT INTO page (key, owner, title, text) VALUES (${key}, ${'long'}, ${''}, ${'图书馆在北京'.repeat(15_000)})`
    await one.index.prepare()
    assert.deepEqual(await one.index.search('long', '馆在北京图', 10), [5, 4, 3, 2, 1])
  }
})
