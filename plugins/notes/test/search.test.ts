import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Served, serveNotes, type User } from './fixture.ts'

let served: Served
let user: User
before(async () => {
  served = await serveNotes()
  user = await served.as('ada')
  for (const [title, text, tags] of [
    ['Shopping', 'Milk, bread and Crème brûlée', ['home']],
    ['牛奶清单', '我喜欢喝牛奶和面包，也喜欢咖啡', ['家']],
    ['日本語のメモ', 'カタカナとひらがなで書きました', []],
    ['Заметка', 'Купить молоко', []],
    ['บันทึก', 'ซื้อนมและขนมปัง', []],
    ['메모', '우유와 빵을 사다', []],
    ['Long', `${'lorem '.repeat(1500)}needle ${'ipsum '.repeat(1500)}`, []],
    ['Emoji 🥛', 'A glass 🥛 of it', []],
  ] as const)
    await user.post('/notes', { title, ...(text && { text }), tags }).expect(200)
})
after(() => served.close())

const find = async (query: string, more = '') => {
  const { body } = await user.get(`/search?query=${encodeURIComponent(query)}${more}`).expect(200)
  return body as { results: { title: string; snippet: string }[]; nextOffset?: number }
}
const titles = async (query: string) => (await find(query)).results.map(({ title }) => title)

for (const [query, title] of [
  ['milk', 'Shopping'],
  ['MILK bread', 'Shopping'],
  ['mil', 'Shopping'],
  ['creme brulee', 'Shopping'],
  ['home', 'Shopping'],
  ['牛奶', '牛奶清单'],
  ['奶', '牛奶清单'],
  ['喜欢咖啡', '牛奶清单'],
  ['咖啡 牛奶', '牛奶清单'],
  ['家', '牛奶清单'],
  ['ひらがな', '日本語のメモ'],
  ['日本', '日本語のメモ'],
  ['молоко', 'Заметка'],
  ['купить', 'Заметка'],
  ['ขนมปัง', 'บันทึก'],
  ['우유', '메모'],
  ['needle', 'Long'],
] as const)
  test(`${query} finds ${title}`, async () => assert.deepEqual(await titles(query), [title]))

for (const query of ['牛肉', 'ilk', 'milk butter', '奶牛', '🥛', '"', '*', '()', '-', ' '])
  test(`${JSON.stringify(query)} finds nothing`, async () => assert.deepEqual(await titles(query), []))

test('the query syntax of the database has no effect', async () => {
  for (const query of [
    '"milk',
    'milk"',
    'title:milk',
    'owner:x OR milk',
    'milk*',
    'NEAR(milk bread)',
    '{title}:milk',
    'milk) OR (x',
    "milk'; DROP TABLE note; --",
    '^milk',
    'milk + bread',
    '\\',
    '\u0000milk',
  ])
    await user.get(`/search?query=${encodeURIComponent(query)}`).expect(200)
  assert.deepEqual(await titles('"milk"'), ['Shopping'])
  assert.deepEqual(await titles('title:milk'), [])
})

test('title matches come before tag matches, and tag matches before text matches', async () => {
  user = await served.as('bob')
  for (const [title, text, tags] of [
    ['In the text', 'a walrus', []],
    ['walrus in the title', '', []],
    ['In the tags', '', ['walrus']],
    ['Another text', 'the walrus', []],
    ['Another walrus', 'walrus walrus', ['walrus']],
  ] as const)
    await user.post('/notes', { title, ...(text && { text }), tags }).expect(200)
  const order = ['Another walrus', 'walrus in the title', 'In the tags', 'Another text', 'In the text']
  assert.deepEqual(await titles('walrus'), order)
  const seen: string[] = []
  for (let offset: number | undefined = 0; offset !== undefined; ) {
    const page: Awaited<ReturnType<typeof find>> = await find('walrus', `&limit=2&offset=${offset}`)
    seen.push(...page.results.map(({ title }) => title))
    offset = page.nextOffset
  }
  assert.deepEqual(seen, order)
})

test('a snippet shows the matching part of the text', async () => {
  user = await served.as('ada')
  const { results } = await find('needle')
  assert.match(results[0]?.snippet ?? '', /^….*needle.*…$/)
  assert.ok((results[0]?.snippet.length ?? 0) < 250)
})

test('changed and deleted notes are not found by their old words', async () => {
  user = await served.as('eve')
  const { body } = await user.post('/notes', { title: 'zebra', text: 'zebra', tags: ['zebra'] }).expect(200)
  await user.put(`/notes/${body.id}`, { version: 1, title: 'lion', text: 'lion', tags: ['lion'] }).expect(200)
  assert.deepEqual(await titles('zebra'), [])
  assert.deepEqual(await titles('lion'), ['lion'])
  await user.delete(`/notes/${body.id}`).expect(200)
  assert.deepEqual(await titles('lion'), [])
})
