import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { cases, texts } from './cases.ts'
import { openPages, type Pages } from './pages.ts'

let all: Pages[]
const names = Object.keys(texts)
const pages = names.map((name, index) => ({ key: index + 1, owner: 'ada', title: '', text: texts[name] as string }))
before(async () => {
  all = await openPages()
  for (const one of all) {
    await one.put(...pages)
    // The same texts of another owner, and in the title.
    await one.put(...pages.map((page) => ({ ...page, key: page.key + 1000, owner: 'bob', title: page.text, text: '' })))
  }
})
after(() => Promise.all(all.map(({ database }) => database.close())))

const named = (keys: readonly number[]) => keys.map((key) => names[(key % 1000) - 1]).sort()

for (const [query, ...found] of cases)
  test(`${JSON.stringify(query).slice(0, 60)} finds ${found.join(', ') || 'nothing'}`, async () => {
    for (const { index, database } of all)
      for (const owner of ['ada', 'bob']) {
        const message = `${database.engine}, ${owner}`
        assert.deepEqual(named(await index.search(owner, query, 100)), found.toSorted(), message)
        assert.deepEqual(named(await index.newest(owner, query, 100)), found.toSorted(), message)
        const matches = await index.matches([owner, 'nobody'], query)
        assert.deepEqual(named([...matches.keys()]), found.toSorted(), message)
        assert.ok(
          [...matches.values()].every((level) => level === (owner === 'bob' ? 0 : 1)),
          message,
        )
      }
  })

test('a text is found by a phrase at its end, however long it is', async () => {
  // 100,000 characters with as many different pairs of neighbours as there can be.
  let seed = 1
  const random = () => {
    seed = (seed * 48_271) % 2_147_483_647
    return 0x4e00 + (seed % 20_000)
  }
  const text = `${String.fromCodePoint(...Array.from({ length: 99_993 }, random))}星期天图书馆`
  const frequent = `${'北京大学在'.repeat(20_000)}星期一图书馆`
  for (const one of all) {
    const { index, database } = one
    await one.put(
      { key: 5001, owner: 'long', title: 'a', text },
      { key: 5002, owner: 'long', title: 'b', text: frequent },
    )
    assert.deepEqual(await index.search('long', '星期天图书馆', 10), [5001], database.engine)
    assert.deepEqual(await index.search('long', '天图', 10), [5001], database.engine)
    assert.deepEqual(await index.search('long', '星期 图书馆', 10), [5002, 5001], database.engine)
    assert.deepEqual(await index.search('long', '学在星期一', 10), [5002], database.engine)
    assert.deepEqual(await index.search('long', '星期二', 10), [], database.engine)
  }
})
