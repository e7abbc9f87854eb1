import { after } from 'node:test'
import { contractTests } from '@reference-plugins/testing'
import { createNewsPlugin } from '../src/plugin.ts'
import { rss, serveFeeds } from './fixture.ts'

const web = await serveFeeds((_, response) => response.end(rss('A feed', { one: 'First', two: 'Second' })))
after(() => web.close())

contractTests((settings) => createNewsPlugin({ ...settings, NEWS_ALLOW_LOOPBACK: 'true' }), {
  values: { url: `${web.url}/feed.xml` },
  expectAnswers: ['addFeed', 'removeFeed', 'listFeeds', 'searchArticles'],
})
