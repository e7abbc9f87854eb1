import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Database, openDatabase } from '@reference-plugins/store'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'
import fc from 'fast-check'
import { Articles } from '../../src/feeds/articles.ts'
import { readFeedDocument } from '../../src/feeds/feed-document.ts'
import { Feeds } from '../../src/feeds/feeds.ts'
import { feedMigrations } from '../../src/feeds/tables.ts'

const now = new Date('2026-04-01T12:00:00Z')
let database: Database
let count = 0
before(async () => {
  database = await openDatabase(temporaryDatabase(), feedMigrations)
})
after(() => database.close())

interface Item {
  guid?: string | undefined
  link?: string | undefined
  title: string
  text: string
  date?: string | undefined
}

const rss = (items: Item[], more = '') =>
  `<rss version="2.0"><channel><title>Feed</title><link>https://site.example.org</link>${more}${items
    .map(
      ({ guid, link, title, text, date }) =>
        `<item><title>${title}</title><description>${text}</description>${guid ? `<guid isPermaLink="false">${guid}</guid>` : ''}${
          link ? `<link>${link}</link>` : ''
        }${date ? `<pubDate>${date}</pubDate>` : ''}</item>`,
    )
    .join('')}</channel></rss>`

/** Saves documents of one feed, one after the other, and returns what a user then sees. */
async function show(...documents: string[]) {
  const url = `https://feeds.example.net/${count++}`
  const feeds = new Feeds(database)
  await feeds.setDefaults([url])
  for (const [index, document] of documents.entries()) {
    const fetched_at = new Date(now.getTime() + index * 60_000).toISOString()
    const state = { fetched_at, next_poll_at: '9999', etag: null, last_modified: null }
    await feeds.save(url, readFeedDocument(Buffer.from(document), '', url, now), state)
  }
  return (await new Articles(database).list('ann', {}, 0, 1000)).map(({ title, text, link, published_at }) => ({
    title,
    text,
    link,
    published: published_at,
  }))
}
const titlesOf = (shown: { title: string }[]) => shown.map(({ title }) => title)
const version = (number: number, more: Partial<Item> = {}): Item => ({
  guid: 'https://site.example.org',
  link: `https://site.example.org/${number}`,
  title: `Version ${number}`,
  text: `New in ${number}`,
  date: `0${number} Mar 2026 09:00:00 +0000`,
  ...more,
})

test('articles that share an id are told apart by their links', async () => {
  const shown = await show(rss([version(3), version(2), version(1)]))
  assert.deepEqual(
    shown.map(({ title, text, published }) => [title, text, published]),
    [3, 2, 1].map((number) => [`Version ${number}`, `New in ${number}`, `2026-03-0${number}T09:00:00.000Z`]),
  )
})

test('articles that share a link and have no id are told apart by their words, or by their dates', async () => {
  const shared = { guid: undefined, link: 'https://site.example.org/' }
  const same = { ...shared, title: 'Restored', text: 'All is well' }
  const shown = await show(rss([version(4, same), version(3, shared), version(2, shared), version(1, same)]))
  assert.deepEqual(titlesOf(shown), ['Restored', 'Version 3', 'Version 2', 'Restored'])
})

test('one id for whatever is newest does not replace the older articles', async () => {
  const documents = [1, 2, 3, 2].map((number) => rss([version(number, { guid: 'latest' })]))
  const shown = await show(...documents)
  assert.deepEqual(
    shown.map(({ title, published }) => [title, published]),
    [3, 2, 1].map((number) => [`Version ${number}`, `2026-03-0${number}T09:00:00.000Z`]),
  )
})

test('an article whose words change gets the date of the new version, and keeps its first date while they do not', async () => {
  const item = version(1, { guid: 'a' })
  const later = { ...item, date: '20 Mar 2026 09:00:00 +0000' }
  assert.equal((await show(rss([item]), rss([later])))[0]?.published, '2026-03-01T09:00:00.000Z')
  const changed = await show(rss([item]), rss([{ ...later, text: 'Corrected' }]))
  assert.deepEqual(changed, [{ ...changed[0], text: 'Corrected', published: '2026-03-20T09:00:00.000Z' }])
})

test('articles without dates are shown in the order of their feed, and new ones before them', async () => {
  const bare = (title: string) => ({ title, text: 'x', guid: title })
  const first = ['a', 'b', 'c'].map(bare)
  assert.deepEqual(await show(rss(first)).then(titlesOf), ['a', 'b', 'c'])
  assert.deepEqual(await show(rss(first), rss([bare('new'), ...first])).then(titlesOf), ['new', 'a', 'b', 'c'])
  for (const { published } of await show(rss(first))) assert.equal(published, null)
})

test('an article without a date stays beside its neighbours and is not among the newest', async () => {
  const items = [version(3), version(2, { date: 'soon', title: 'Undated' }), version(1)].map((item, index) => ({
    ...item,
    guid: `g${index}`,
  }))
  const shown = await show(rss(items))
  assert.deepEqual(titlesOf(shown), ['Version 3', 'Undated', 'Version 1'])
  assert.equal(shown[1]?.published, null)
})

test('of a feed that begins with the oldest, the newest 500 are kept', async () => {
  const items = Array.from({ length: 620 }, (_, index) => ({
    guid: `i${index}`,
    title: `Item ${index}`,
    text: 'x',
    date: new Date(Date.UTC(2024, 0, 1 + index)).toUTCString(),
  }))
  const titles = titlesOf(await show(rss(items)))
  assert.deepEqual([titles.length, titles[0], titles.at(-1)], [500, 'Item 619', 'Item 120'])
})

test('whatever articles share, none is lost, none is made of parts of two, and reading again adds none', async () => {
  const some = (...values: string[]) => fc.option(fc.constantFrom(...values), { nil: undefined })
  const item = fc.record({
    guid: some('g1', 'g2', 'https://site.example.org/'),
    link: some('https://site.example.org/', 'https://site.example.org/1', 'https://site.example.org/2'),
    title: fc.constantFrom('One', 'Two', 'Three'),
    text: fc.constantFrom('Text', 'Other text'),
    date: some('01 Mar 2026 09:00:00 +0000', '02 Mar 2026 09:00:00 +0000', 'soon'),
  })
  const partsOf = ({ title, text, link, published }: Awaited<ReturnType<typeof show>>[number]) =>
    JSON.stringify([title, text, link, published])
  const partsOfItem = ({ title, text, link = '', date }: Item) =>
    JSON.stringify([title, text, link, date?.startsWith('0') ? `2026-03-${date.slice(0, 2)}T09:00:00.000Z` : null])
  const list = fc.array(item, { minLength: 1, maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(list, fc.array(fc.nat(63), { maxLength: 3 }), async (items, masks) => {
      const expected = new Set(items.map(partsOfItem))
      const once = await show(rss(items))
      assert.deepEqual(new Set(once.map(partsOf)), expected)
      assert.deepEqual((await show(rss(items), rss(items))).map(partsOf).sort(), once.map(partsOf).sort())
      const later = masks.map((mask) => rss(items.filter((_, index) => mask & (1 << index))))
      for (const parts of (await show(rss(items), ...later)).map(partsOf)) assert.ok(expected.has(parts), parts)
    }),
    { numRuns: 25 },
  )
})

test('a database of before keeps the dates that were stated, and no others', async () => {
  const url = temporaryDatabase()
  const { feeds, ...later } = feedMigrations
  const old = await openDatabase(url, { feeds })
  await old.run`
    INSERT INTO feed (key, id, url, title, is_default, fetched_at, next_poll_at) VALUES (1, 'f', 'https://x/', 'x', 1, '', '')`
  for (const [key, time] of [
    [1, '2026-03-01T09:00:00.000Z'],
    [2, '2026-03-02T09:00:00.123Z'],
  ] as const)
    await old.run`
      INSERT INTO article (key, id, feed, guid, link, title, text, published_at)
      VALUES (${key}, ${`a${key}`}, 1, ${`g${key}`}, '', 'x', 'y', ${time})`
  await old.close()
  const opened = await openDatabase(url, { feeds, ...later })
  const shown = await new Articles(opened).list('ann', {}, 0, 10)
  assert.deepEqual(
    shown.map(({ published_at }) => published_at),
    [null, '2026-03-01T09:00:00.000Z'],
  )
  await opened.close()
})
