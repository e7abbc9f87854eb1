import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Served, serveNews, type User } from './fixture.ts'

interface Article {
  id: string
  title: string
  published: string
  source: string
  asOf: string
}

// In whole seconds, as the plugin says it.
const started = Math.floor(Date.now() / 1000) * 1000
let served: Served
let user: User
before(async () => {
  served = await serveNews()
  user = await served.as('ada')
})
after(() => served.close())

const articlesOf = async (path: string): Promise<Article[]> => (await user.get(path).expect(200)).body.articles

test('headlines come from feeds of every format, newest first, and say that they are samples', async () => {
  const articles = await articlesOf('/headlines')
  assert.equal(articles.length, 11)
  const times = articles.map(({ published }) => published)
  assert.deepEqual(times, times.toSorted().toReversed())
  assert.equal(new Set(articles.map(({ source }) => source)).size, 4)
  for (const { source, asOf } of articles) {
    assert.match(source, /^sample: .*, made up$/)
    assert.ok(Date.parse(asOf) >= started)
  }
})

test('headlines can be filtered by feed and time, and pages neither lose nor repeat any', async () => {
  const { feeds } = (await user.get('/feeds').expect(200)).body
  const counts = await Promise.all(
    feeds.map(async ({ id }: { id: string }) => (await articlesOf(`/headlines?feed=${id}`)).length),
  )
  assert.deepEqual(counts.toSorted(), [2, 3, 3, 3])
  assert.equal((await articlesOf('/headlines?since=2026-03-20T10:00:00Z')).length, 2)
  assert.equal((await articlesOf('/headlines?since=2026-03-20T19:00:00%2B09:00')).length, 2)
  assert.equal((await articlesOf('/headlines?feed=none')).length, 0)
  const seen: string[] = []
  for (let offset: number | undefined = 0; offset !== undefined; ) {
    const { body }: { body: { articles: Article[]; nextOffset?: number } } = await user
      .get(`/headlines?limit=3&offset=${offset}`)
      .expect(200)
    seen.push(...body.articles.map(({ id }) => id))
    offset = body.nextOffset
  }
  assert.deepEqual(
    seen,
    (await articlesOf('/headlines')).map(({ id }) => id),
  )
})

test('a time is read with a plus that was not encoded, and is otherwise refused with the right form', async () => {
  assert.equal((await articlesOf('/headlines?since=2026-03-20T19:00:00+09:00')).length, 2)
  for (const [since, fault] of [
    ['2026-03-20', 'the time is missing'],
    ['2026-03-20T10:00:00', 'the offset is missing: add Z for UTC'],
    ['2026-03-20T10:00:00%2B0000', 'the offset must have the form +02:00'],
  ] as const) {
    const { body } = await user.get(`/headlines?since=${since}`).expect(400)
    const form = 'since: must be a date and time with an offset, such as 2026-03-01T09:00:00Z'
    assert.ok(body.detail.includes(form) && body.detail.endsWith(fault), body.detail)
  }
})

test('an article is plain text', async () => {
  const [article] = await articlesOf('/search?query=reading+room')
  const { body } = await user.get(`/articles/${article?.id}`).expect(200)
  assert.equal(
    body.text,
    'From this month on the reading room is open on Sundays from ten to four.\n\nTea is served on the ground floor. The lending desk stays closed, so please use the machine by the door.',
  )
  assert.equal(body.link, 'https://library.sample.example.com/sundays')
  await user.get('/articles/none').expect(404)
})

for (const [query, titles] of [
  ['saturn', ['Open evening: the rings of Saturn']],
  ['harbour', ['Bicycle stand by the harbour', 'How dark is our sky?']],
  ['toaster ten', ['Eleven toasters, ten repaired']],
  ['图书', ['童书角新到一批中文图书']],
  ['小读者', ['童书角新到一批中文图书']],
  ['zebra', []],
  ['"', []],
  ['harbour) OR (x', []],
] as const)
  test(`${query} finds ${titles.join(' and ') || 'nothing'}`, async () => {
    assert.deepEqual(
      (await articlesOf(`/search?query=${encodeURIComponent(query)}`)).map(({ title }) => title),
      titles,
    )
  })

test('each user can remove a default feed without removing it for others', async () => {
  const other = await served.as('grace')
  const { feeds } = (await other.get('/feeds').expect(200)).body
  await other.delete(`/feeds/${feeds[0].id}`).expect(200)
  await other.delete(`/feeds/${feeds[0].id}`).expect(404)
  assert.equal((await other.get('/feeds')).body.feeds.length, 3)
  assert.equal((await user.get('/feeds')).body.feeds.length, 4)
})

test('addFeed refuses anything that is not the URL of a feed and says what to do', async () => {
  for (const url of ['example.com/feed', 'ftp://example.com/', 'sample:library.rss', 'file:///etc/passwd', 'https://'])
    assert.match((await user.post('/feeds', { url }).expect(422)).body.detail, /starting with https:\/\/|Check the URL/)
  await user.post('/feeds', { url: `https://example.com/${'x'.repeat(2000)}` }).expect(400)
})
