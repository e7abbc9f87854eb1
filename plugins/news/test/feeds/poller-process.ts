import { openDatabase } from '@reference-plugins/store'
import { FeedPoller } from '../../src/feeds/feed-poller.ts'
import { Feeds } from '../../src/feeds/feeds.ts'
import { newsMigrations } from '../../src/plugin.ts'

/** Polls as one of several instances until it is killed: node poller-process.ts DATABASE_URL NAME FEED… */
const [url = '', name = '', ...urls] = process.argv.slice(2)
const database = await openDatabase(url, newsMigrations)
const poller = new FeedPoller({
  feeds: new Feeds(database),
  database,
  allowLoopback: true,
  userAgent: name,
  timeout: 60_000,
  interval: 2,
})
await poller.start(urls)
console.log('polling')
setInterval(() => {}, 1000)
