import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase } from '@reference-plugins/store'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'
import { FetchLimit, type TooManyFetches } from '../../src/feeds/fetch-limit.ts'
import { rss, type Served, serveFeeds, serveNews } from '../fixture.ts'

let web: Awaited<ReturnType<typeof serveFeeds>>
let served: Served
before(async () => {
  web = await serveFeeds((_, response) => response.end())
  served = await serveNews({ NEWS_ALLOW_LOOPBACK: 'true' })
})
after(async () => {
  await served.close()
  web.close()
})

/** Keeps the answers back until `open` is called. */
function holdAnswers() {
  const held: ServerResponse[] = []
  web.state.answer = (_, response) => void held.push(response)
  return {
    held,
    open: () => {
      web.state.answer = (request, response) => response.end(rss(request.url ?? '', { a: 'x' }))
      for (const response of held) response.end(rss('Held', { a: 'x' }))
    },
  }
}

test('a user who adds many feeds at once opens few connections and is told to wait', async () => {
  const ada = await served.as('ada')
  const { held, open } = holdAnswers()
  const before = web.requests.length
  let answered = 0
  const added = Array.from({ length: 40 }, (_, index) =>
    ada.post('/feeds', { url: `${web.url}/ada/${index}` }).then((answer) => {
      answered++
      return answer
    }),
  )
  // All but five are answered while the servers of the feeds still keep theirs back.
  while (answered < 35 || held.length < 5) await sleep(10)
  open()
  const answers = await Promise.all(added)
  assert.equal(web.requests.length - before, 5)
  assert.equal(held.length, 5)
  const refused = answers.filter(({ status }) => status === 429)
  assert.equal(refused.length, 35)
  for (const { body, headers } of refused) {
    assert.match(body.detail, /adding 5 feeds already: wait for their answers/)
    assert.equal(headers['retry-after'], '5')
  }
  await ada.post('/feeds', { url: `${web.url}/ada/last` }).expect(200)
})

test('after 200 new URLs within an hour a user must wait', async () => {
  const limit = new FetchLimit()
  for (let index = 0; index < 200; index++) await limit.run('ada', async () => {})
  await assert.rejects(
    limit.run('ada', async () => {}),
    { status: 429, message: /200 new URLs within an hour: call again in \d+ seconds/ },
  )
  await limit.run('bob', async () => {})
})

test('all users together fetch at most 20 feeds at a time', async () => {
  const limit = new FetchLimit()
  const { promise, resolve } = Promise.withResolvers<void>()
  const running = Array.from({ length: 20 }, (_, index) => limit.run(`user ${index % 5}`, () => promise))
  await assert.rejects(
    limit.run('carol', async () => {}),
    { status: 503, retryAfter: 10 },
  )
  resolve()
  await Promise.all(running)
  await limit.run('carol', async () => {})
})

test('processes that share counts allow together 200 fetches an hour', async (t) => {
  const database = await openDatabase(temporaryDatabase(), {})
  t.after(() => database.close())
  const [one, other] = [new FetchLimit(database.counts), new FetchLimit(database.counts)]
  for (let count = 0; count < 100; count++) {
    await one.run('ada', async () => {})
    await other.run('ada', async () => {})
  }
  for (const limit of [one, other])
    await assert.rejects(
      limit.run('ada', async () => assert.fail('it was fetched')),
      ({ status, retryAfter }: TooManyFetches) => status === 429 && retryAfter > 3_500,
    )
  await other.run('bob', async () => {})
})
