import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { after, before, test } from 'node:test'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'
import { createArticleIndex, ownerOf } from '../../src/feeds/article-index.ts'
import { FeedPoller } from '../../src/feeds/feed-poller.ts'
import { Feeds } from '../../src/feeds/feeds.ts'
import { rss, type Served, serveFeeds, serveNews, type User } from '../fixture.ts'

let web: Awaited<ReturnType<typeof serveFeeds>>
let served: Served
let ada: User
let bob: User
let poller: FeedPoller
before(async () => {
  web = await serveFeeds((_, response) => response.end())
  served = await serveNews({ NEWS_ALLOW_LOOPBACK: 'true' })
  ada = await served.as('ada')
  bob = await served.as('bob')
  poller = new FeedPoller({
    feeds: new Feeds(served.tables),
    database: served.tables,
    allowLoopback: true,
    userAgent: 'test/1',
  })
})
after(async () => {
  await poller.close()
  await served.close()
  web.close()
})

const makeDue = () => served.tables.run`UPDATE feed SET next_poll_at = '' WHERE url LIKE 'http%'`
const nextPoll = async (url: string): Promise<number> => {
  const row = await served.tables.get<{ next_poll_at: string }>`SELECT next_poll_at FROM feed WHERE url = ${url}`
  return (Date.parse(row?.next_poll_at ?? '') - Date.now()) / 60_000
}
const titles = async (user: User, feed: string) =>
  (await user.get(`/headlines?feed=${feed}`).expect(200)).body.articles
    .map(({ title }: { title: string }) => title)
    .sort()
const stopAll = () => served.tables.run`UPDATE follow SET is_following = 0`

test('a feed is read when it is added, is listed under its topic, and is named as the source', async () => {
  web.state.answer = (_, response) => response.end(rss('Local paper', { a: 'One', b: 'Quokka' }))
  const url = `${web.url}/paper`
  const { body } = await ada.post('/feeds', { url, topic: 'town' }).expect(200)
  assert.equal(body.title, 'Local paper')
  assert.equal(body.source, `Local paper, ${url}`)
  assert.deepEqual(await titles(ada, body.id), ['One', 'Quokka'])
  const { articles } = (await ada.get('/headlines?topic=town').expect(200)).body
  assert.equal(articles.length, 2)
  assert.equal((await bob.get('/headlines?topic=town').expect(200)).body.articles.length, 0)
  assert.equal((await bob.get('/search?query=Quokka').expect(200)).body.articles.length, 0)
  await stopAll()
})

test('addFeed reports its progress', async () => {
  web.state.answer = (_, response) => response.end(rss('Slow paper', { a: 'One' }))
  const { text } = await ada
    .post('/mcp', {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'addFeed', arguments: { url: `${web.url}/slow` }, _meta: { progressToken: 'feed' } },
    })
    .set({ accept: 'application/json, text/event-stream', 'mcp-protocol-version': '2025-06-18' })
    .expect(200)
  assert.deepEqual(
    [...text.matchAll(/"progress":(\d)/g)].map(([, step]) => step),
    ['1', '2'],
  )
  await stopAll()
})

test('a feed that two users follow is fetched once, with conditional requests', async () => {
  let tag = '"1"'
  web.state.answer = (request, response) => {
    if (request.headers['if-none-match'] === tag) return response.writeHead(304).end()
    response
      .writeHead(200, { etag: tag, 'last-modified': 'Mon, 02 Mar 2026 09:00:00 GMT' })
      .end(rss('Shared', { a: tag }))
  }
  const url = `${web.url}/shared`
  const { id } = (await ada.post('/feeds', { url }).expect(200)).body
  await bob.post('/feeds', { url }).expect(200)
  await makeDue()
  const before = web.requests.length
  await poller.poll()
  assert.equal(web.requests.length, before + 1)
  const request = web.requests.at(-1)
  assert.equal(request?.headers['if-none-match'], '"1"')
  assert.equal(request?.headers['if-modified-since'], 'Mon, 02 Mar 2026 09:00:00 GMT')
  assert.equal(request?.headers['user-agent'], 'test/1')
  assert.ok((await nextPoll(url)) > 14)
  tag = '"2"'
  await makeDue()
  await poller.poll()
  assert.deepEqual(await titles(ada, id), ['"2"'], 'a changed article replaces the old one')
  assert.equal(
    (await ada.get('/search?query=1').expect(200)).body.articles.filter(
      ({ title }: { title: string }) => title === '"1"',
    ).length,
    0,
  )
  await poller.poll()
  assert.equal(web.requests.length, before + 2, 'nothing is due')
  await stopAll()
})

test('adding a feed that any user added shortly before sends no request', async () => {
  web.state.answer = (_, response) => response.end(rss('Popular', { a: 'x' }))
  const url = `${web.url}/popular`
  const before = web.requests.length
  const added = await Promise.all([ada.post('/feeds', { url }), bob.post('/feeds', { url })])
  for (const user of [ada, bob]) {
    const { body } = await user.post('/feeds', { url }).expect(200)
    await user.delete(`/feeds/${body.id}`).expect(200)
    added.push(await user.post('/feeds', { url }).expect(200))
  }
  assert.equal(new Set(added.map(({ body }) => body.id)).size, 1)
  assert.equal(web.requests.length, before + 1)
  await stopAll()
})

/** Counts the articles of a feed in the index, whoever follows it. */
async function findsIn(id: string): Promise<(query: string) => Promise<number>> {
  const feed = await served.tables.get<{ key: number }>`SELECT key FROM feed WHERE id = ${id}`
  const index = createArticleIndex(served.tables)
  return async (query) => (await index.matches([ownerOf(feed?.key ?? 0)], query)).size
}

test('a feed that nobody follows any more is deleted with its articles when it is due', async () => {
  web.state.answer = (_, response) => response.end(rss('Passing', { a: 'Wombat' }))
  const { id } = (await ada.post('/feeds', { url: `${web.url}/passing` }).expect(200)).body
  const kept = () => served.tables.get<{ count: number }>`SELECT count(*) AS count FROM feed WHERE id = ${id}`
  const found = await findsIn(id)
  await ada.delete(`/feeds/${id}`).expect(200)
  await poller.poll()
  assert.deepEqual([(await kept())?.count, await found('wombat')], [1, 1])
  await makeDue()
  const before = web.requests.length
  await poller.poll()
  assert.deepEqual([(await kept())?.count, await found('wombat')], [0, 0])
  assert.equal(web.requests.length, before)
  assert.equal((await ada.get('/feeds').expect(200)).body.feeds.length, 4, 'the samples stay')
})

test('at most four feeds are fetched at the same time', async () => {
  let open = 0
  let most = 0
  web.state.answer = (request, response) => {
    most = Math.max(most, ++open)
    setTimeout(() => {
      open--
      response.end(rss(request.url ?? '', { a: 'x' }))
    }, 50)
  }
  for (let index = 0; index < 10; index++) await ada.post('/feeds', { url: `${web.url}/at-once/${index}` }).expect(200)
  await makeDue()
  const before = web.requests.length
  most = 0
  await poller.poll()
  assert.equal(web.requests.length, before + 10)
  assert.ok(most > 1 && most <= 4, `${most} at once`)
  await stopAll()
})

test('a server that hangs or sends very slowly fails when the time limit is reached', async () => {
  web.state.answer = (_, response) => response.end(rss('Slow', { a: 'x' }))
  const url = `${web.url}/slow`
  await ada.post('/feeds', { url }).expect(200)
  const impatient = new FeedPoller({
    feeds: new Feeds(served.tables),
    database: served.tables,
    allowLoopback: true,
    userAgent: 'test/1',
    timeout: 300,
  })
  for (const [failures, answer] of [
    () => {},
    (_: unknown, response: ServerResponse) => {
      const drip = setInterval(() => response.write('<'), 50)
      response.on('close', () => clearInterval(drip))
    },
  ].entries()) {
    web.state.answer = answer
    await makeDue()
    const start = performance.now()
    await impatient.poll()
    assert.ok(performance.now() - start < 10_000)
    const row = await served.tables.get<{ failures: number }>`SELECT failures FROM feed WHERE url = ${url}`
    assert.equal(row?.failures, failures + 1)
  }
  await impatient.close()
  await stopAll()
})

test('stopping during a fetch does not count as a failure of the feed', async () => {
  web.state.answer = (_, response) => response.end(rss('Stopped', { a: 'x' }))
  const url = `${web.url}/stopped`
  await ada.post('/feeds', { url }).expect(200)
  await makeDue()
  const asked = new Promise<void>((resolve) => {
    web.state.answer = () => resolve()
  })
  const stopped = new FeedPoller({
    feeds: new Feeds(served.tables),
    database: served.tables,
    allowLoopback: true,
    userAgent: 'test/1',
  })
  const polled = stopped.poll()
  await asked
  await stopped.close()
  await polled
  const row = await served.tables.get`SELECT failures, next_poll_at FROM feed WHERE url = ${url}`
  assert.deepEqual({ ...row }, { failures: 0, next_poll_at: '' })
  await stopAll()
})

test('an article whose link changed gets the new link', async () => {
  const document = (link: string) =>
    `<rss version="2.0"><channel><title>Moved</title><item><guid>a</guid><title>x</title><link>${link}</link></item></channel></rss>`
  web.state.answer = (_, response) => response.end(document('https://example.com/old'))
  const { id } = (await ada.post('/feeds', { url: `${web.url}/moved` }).expect(200)).body
  web.state.answer = (_, response) => response.end(document('https://example.com/new'))
  await makeDue()
  await poller.poll()
  const { articles } = (await ada.get(`/headlines?feed=${id}`).expect(200)).body
  assert.deepEqual(
    articles.map(({ link }: { link: string }) => link),
    ['https://example.com/new'],
  )
  await stopAll()
})

test('each article is saved once, and a feed keeps its newest 500', async () => {
  const items = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`old${index}`, `Old ${index}`]))
  web.state.answer = (_, response) => response.end(rss('Long', items))
  const url = `${web.url}/long`
  const { id } = (await ada.post('/feeds', { url }).expect(200)).body
  web.state.answer = (_, response) => response.end(rss('Long', { new: 'New' }))
  await makeDue()
  await poller.poll()
  await makeDue()
  await poller.poll()
  const row = await served.tables.get<{
    count: number
  }>`SELECT count(*) AS count FROM article a JOIN feed f ON f.key = a.feed WHERE f.url = ${url}`
  assert.equal(row?.count, 500)
  assert.ok((await ada.get(`/headlines?feed=${id}&limit=1`)).body.articles[0].title === 'New')
  const found = await findsIn(id)
  assert.equal(await found('old'), 499, 'deleted articles are not found')
  await stopAll()
})

test('a failing server is tried less and less often, and not before its Retry-After', async () => {
  const url = `${web.url}/trouble`
  web.state.answer = (_, response) => response.end(rss('Trouble', { a: 'Good' }))
  const { id } = (await ada.post('/feeds', { url }).expect(200)).body
  web.state.answer = (_, response) => response.writeHead(500).end()
  const waits: number[] = []
  for (let round = 0; round < 9; round++) {
    await makeDue()
    await poller.poll()
    waits.push(await nextPoll(url))
  }
  for (let round = 1; round < 6; round++)
    assert.ok((waits[round] as number) > (waits[round - 1] as number) * 1.5, `${waits}`)
  assert.ok(Math.max(...waits) < 24 * 60 * 1.2, `${waits}`)
  assert.deepEqual(await titles(ada, id), ['Good'], 'its articles stay')
  web.state.answer = (_, response) => response.end(rss('Trouble', { a: 'Good again' }))
  await makeDue()
  await poller.poll()
  assert.ok((await nextPoll(url)) < 16)
  for (const [status, value, minutes] of [
    [429, '7200', 120],
    [503, new Date(Date.now() + 3 * 3_600_000).toUTCString(), 180],
    [410, '', 24 * 60],
    [503, '99999999999999', 24 * 60],
    [503, 'Fri, 01 Jan 2100 00:00:00 GMT', 24 * 60],
    [503, '-5', 15],
    [503, 'soon', 15],
  ] as const) {
    web.state.answer = (_, response) => response.writeHead(status, value ? { 'retry-after': value } : {}).end()
    await served.tables.run`UPDATE feed SET failures = 0 WHERE url = ${url}`
    await makeDue()
    await poller.poll()
    const wait = await nextPoll(url)
    assert.ok(wait > minutes - 2 && wait < minutes * 1.2, `${status} ${value}: ${wait}`)
  }
  await stopAll()
})

test('a URL that is not a feed, or a feed that is too long, is refused and not saved', async () => {
  const before = await served.tables.get<{ count: number }>`SELECT count(*) AS count FROM feed`
  const cases: [string, Parameters<typeof serveFeeds>[0], RegExp][] = [
    ['a page', (_, response) => response.end('<html><body>Hello</body></html>'), /is not an RSS, Atom/],
    ['nothing', (_, response) => response.end(), /is not an RSS, Atom/],
    ['broken XML', (_, response) => response.end('<rss><channel><title>x'), /is broken: it is cut off before <\/rss>/],
    ['404', (_, response) => response.writeHead(404).end(), /responded with 404/],
    ['5 MiB', (_, response) => response.end(rss('x', { a: 'x'.repeat(5 * 2 ** 20) })), /longer than/],
    [
      'endless',
      (_, response) => {
        const write = () => {
          while (!response.destroyed && response.write(Buffer.alloc(65_536, ' '))) {}
          response.once('drain', write)
        }
        write()
      },
      /longer than/,
    ],
    ['a circle', (_, response) => response.writeHead(302, { location: '/circle' }).end(), /redirects/],
    [
      'a way out',
      (_, response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
      /public internet/,
    ],
  ]
  for (const [what, answer, reason] of cases) {
    web.state.answer = answer
    assert.match(
      (await ada.post('/feeds', { url: `${web.url}/${encodeURIComponent(what)}` }).expect(422)).body.detail,
      reason,
      what,
    )
  }
  assert.match(
    (await ada.post('/feeds', { url: 'http://127.0.0.1:59999/' }).expect(422)).body.detail,
    /cannot be reached/,
  )
  assert.deepEqual(await served.tables.get`SELECT count(*) AS count FROM feed`, before)
})

test('a user can follow at most fifty feeds', async () => {
  web.state.answer = (request, response) => response.end(rss(request.url ?? '', { a: 'x' }))
  const carol = await served.as('carol')
  for (let index = 0; index < 50; index++) await carol.post('/feeds', { url: `${web.url}/many/${index}` }).expect(200)
  const before = web.requests.length
  await carol.post('/feeds', { url: `${web.url}/many/50` }).expect(409)
  assert.equal(web.requests.length, before, 'a feed over the limit is not fetched')
  assert.equal(await served.tables.get`SELECT 1 FROM feed WHERE url = ${`${web.url}/many/50`}`, undefined)
  await carol.post('/feeds', { url: `${web.url}/many/0`, topic: 'again' }).expect(200)
})

test('without NEWS_ALLOW_LOOPBACK nothing on this machine is fetched', async () => {
  const guarded = await serveNews()
  const user = await guarded.as('ada')
  const before = web.requests.length
  for (const url of [
    web.url,
    web.url.replace('127.0.0.1', 'localhost'),
    web.url.replace('127.0.0.1', '2130706433'),
    web.url.replace('127.0.0.1', '[::ffff:127.0.0.1]'),
  ])
    assert.match((await user.post('/feeds', { url }).expect(422)).body.detail, /public internet/)
  assert.equal(web.requests.length, before)
  await guarded.close()
})

test('a feed that has never been read has no asOf and is not fetched again before it is due', async () => {
  web.state.answer = (_, response) => response.writeHead(500).end()
  const url = `${web.url}/dead`
  const served = await serveNews({ NEWS_ALLOW_LOOPBACK: 'true', NEWS_FEEDS: [url] })
  const row = () => served.tables.get<{ failures: number }>`SELECT failures FROM feed`
  for (let tries = 0; tries < 1_000 && (await row())?.failures !== 1; tries++)
    await new Promise((resolve) => setTimeout(resolve, 20))
  const user = await served.as('ada')
  const { feeds } = (await user.get('/feeds').expect(200)).body
  assert.deepEqual([feeds[0].url, feeds[0].asOf], [url, undefined])
  const before = web.requests.length
  assert.match((await user.post('/feeds', { url }).expect(422)).body.detail, /could not be read a short time ago/)
  assert.equal(web.requests.length, before)
  await served.close()
})

test('default feeds are read in the background and change with NEWS_FEEDS', async () => {
  web.state.answer = (request, response) => response.end(rss(`Feed ${request.url}`, { a: `Of ${request.url}` }))
  const settings = { NEWS_ALLOW_LOOPBACK: 'true' as const, DATABASE_URL: temporaryDatabase() }
  const first = await serveNews({ ...settings, NEWS_FEEDS: [`${web.url}/one`, `${web.url}/two`] })
  assert.equal(first.plugin.servesFrom, 'live: 2 default feeds')
  const user = await first.as('ada')
  const list = async (served: User) =>
    (await served.get('/headlines').expect(200)).body.articles.map(({ title }: { title: string }) => title).sort()
  for (let tries = 0; tries < 1_000 && (await list(user)).length < 2; tries++)
    await new Promise((resolve) => setTimeout(resolve, 20))
  assert.deepEqual(await list(user), ['Of /one', 'Of /two'])
  await first.close()
  const second = await serveNews({ ...settings, NEWS_FEEDS: [`${web.url}/two`] })
  assert.deepEqual(await list(await second.as('ada')), ['Of /two'])
  await second.close()
})
