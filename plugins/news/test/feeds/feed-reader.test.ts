import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { FeedReader } from '../../src/feeds/feed-reader.ts'

const reader = new FeedReader()
const impatient = new FeedReader(400)
after(() => Promise.all([reader.close(), impatient.close()]))

const question = (text: string) => ({
  body: Buffer.from(text),
  contentType: 'application/rss+xml',
  url: 'https://example.com/feed',
  now: new Date('2026-04-01T12:00:00Z'),
})
const feed = (items: string) => `<rss version="2.0"><channel><title>T</title>${items}</channel></rss>`
/** As costly as markup can be made. */
const slow = (articles: number) =>
  feed(`<item><title>x</title><description><![CDATA[${'<hr>'.repeat(3_000)}]]></description></item>`.repeat(articles))

test('while a slow feed is read, others are answered', async () => {
  let turns = 0
  let isOver = false
  const read = reader.read(question(slow(40))).finally(() => {
    isOver = true
  })
  read.catch(() => {})
  while (!isOver) {
    turns++
    await wait(1)
  }
  // Reading takes hundreds of milliseconds of work. In this thread it would be one turn.
  assert.ok(turns > 50, `${turns} turns`)
})

test('a feed that takes too long is refused, and the next one is read', async () => {
  await assert.rejects(impatient.read(question(slow(330))), {
    name: 'FeedError',
    message: 'this feed takes more than 0.4 seconds to read',
  })
  const { title } = await impatient.read(question(feed('<item><title>x</title></item>')))
  assert.equal(title, 'T')
})

test('many feeds at once are all read, and what is wrong with one concerns only that one', async () => {
  const texts = Array.from({ length: 20 }, (_, index) =>
    index % 5 === 4 ? '<html></html>' : feed(`<item><title>${index}</title></item>`),
  )
  const read = await Promise.allSettled(texts.map((text) => reader.read(question(text))))
  for (const [index, result] of read.entries())
    if (index % 5 === 4) assert.match(String((result as PromiseRejectedResult).reason), /is not an RSS/)
    else assert.equal(result.status === 'fulfilled' && result.value.articles[0]?.title, String(index))
})

test('a reader that is closed refuses instead of waiting', async () => {
  const closed = new FeedReader()
  const reading = Promise.allSettled(Array.from({ length: 5 }, () => closed.read(question(slow(330)))))
  await closed.close()
  assert.deepEqual([...new Set((await reading).map(({ status }) => status))], ['rejected'])
})
