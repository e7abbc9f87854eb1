import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Database, openDatabase } from '@reference-plugins/store'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'
import type { FeedArticle, FeedDocument } from '../../src/feeds/feed-document.ts'
import { Feeds } from '../../src/feeds/feeds.ts'
import { feedMigrations } from '../../src/feeds/tables.ts'

let database: Database
before(async () => {
  database = await openDatabase(temporaryDatabase(), feedMigrations)
})
after(() => database.close())

const article = (number: number, words: number): FeedArticle => ({
  guid: String(number),
  formerGuids: [],
  link: '',
  title: `Article ${number}`,
  text: Array.from({ length: words }, (_, index) => `word${number}x${index}`).join(' '),
  published: undefined,
  near: undefined,
})
const documentOf = (count: number, words: number): FeedDocument => ({
  title: 'Long',
  changed: undefined,
  articles: Array.from({ length: count }, (_, number) => article(number, words)),
})
const state = {
  fetched_at: '2026-04-01T12:00:00.000Z',
  next_poll_at: '2026-04-01T12:15:00.000Z',
  etag: '"1"',
  last_modified: null,
}

test('while a feed of long articles is saved, others are served after each of them', async () => {
  let turns = 0
  let isOver = false
  const save = new Feeds(database).save('https://a/', documentOf(30, 1_300), state).finally(() => {
    isOver = true
  })
  while (!isOver) {
    turns++
    await nextTurn()
  }
  await save
  assert.ok(turns >= 30, `${turns} turns`)
})

test('a feed whose saving is interrupted is read again as a whole', async (t) => {
  const feeds = new Feeds(database)
  let parts = 0
  const transaction = database.transaction.bind(database)
  t.mock.method(database, 'transaction', (work: never) => {
    if (++parts === 3) throw new Error('the process ends')
    return transaction(work)
  })
  await assert.rejects(feeds.save('https://b/', documentOf(60, 3), state), /the process ends/)
  t.mock.restoreAll()
  const feed = await feeds.findByUrl('https://b/')
  assert.deepEqual([feed?.etag, feed?.next_poll_at], [null, state.next_poll_at])
  await feeds.save('https://b/', documentOf(60, 3), state)
  const saved = await database.get<{
    count: number
  }>`SELECT count(*) AS count FROM article WHERE feed = ${feed?.key ?? 0}`
  assert.equal(saved?.count, 60)
})
