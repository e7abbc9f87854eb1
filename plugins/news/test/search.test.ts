import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Served, serveNews, type User } from './fixture.ts'

let served: Served
let user: User
before(async () => {
  served = await serveNews()
  user = await served.as('ada')
})
after(() => served.close())

const search = (query: string) => user.get(`/search?query=${encodeURIComponent(query)}`)
const titles = async (query: string): Promise<string[]> =>
  (await search(query).expect(200)).body.articles.map(({ title }: { title: string }) => title)
const saturn = ['Open evening: the rings of Saturn']
const books = ['童书角新到一批中文图书']

test('Chinese text is found by a character, a word or several words, but not by characters that are not adjacent', async () => {
  for (const query of ['童', '图书', '中文图书', '中文 童书', '童书角新到一批中文图书'])
    assert.deepEqual(await titles(query), books, query)
  assert.deepEqual(await titles('童图'), [])
})

test('punctuation, case, width and a partial word make no difference', async () => {
  for (const query of [
    'SATURN',
    'saturn!',
    '"saturn"',
    'satur',
    'ＳＡＴＵＲＮ',
    'rings, saturn',
    '(saturn)',
    '#saturn',
    '🪐 saturn',
  ])
    assert.deepEqual(await titles(query), saturn, query)
})

test('the query syntax of the index has no effect: all words must match', async () => {
  for (const query of [
    'saturn OR harbour',
    'saturn NOT rings zebra',
    'NEAR(saturn zebra)',
    'title:zebra',
    '{title} : zebra',
    'article_text MATCH saturn',
    "saturn' OR '1'='1",
    'saturn"; DROP TABLE article; --',
  ])
    assert.deepEqual(await titles(query), [], query)
  for (const query of [
    'saturn*',
    '^saturn',
    '+saturn',
    '-saturn',
    'saturn"',
    "saturn'",
    'saturn\\',
    'saturn%',
    'saturn\0',
  ])
    assert.deepEqual(await titles(query), saturn, query)
})

test('a query without words finds nothing, and a missing query is refused', async () => {
  for (const query of ['"', '*', '""', '()', '%', '_', '🪐', ' ', '\0', '。、', '́'])
    assert.deepEqual(await titles(query), [], JSON.stringify(query))
  await search('').expect(400)
  await user.get('/search').expect(400)
})

test('a query has at most 200 characters', async () => {
  await search('🪐'.repeat(200)).expect(200)
  await search('a '.repeat(100)).expect(200)
  await search('x'.repeat(201)).expect(400)
})
