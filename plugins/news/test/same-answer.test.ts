import { after } from 'node:test'
import { sameAnswerTests } from '@reference-plugins/testing'
import { createNewsPlugin } from '../src/plugin.ts'
import { rss, serveFeeds } from './fixture.ts'
import { script } from './script.ts'

const web = await serveFeeds((_, response) => response.end(rss('A feed', { one: 'First', two: 'Second' })))
after(() => web.close())

sameAnswerTests(
  (settings) => createNewsPlugin({ ...settings, NEWS_ALLOW_LOOPBACK: 'true' }),
  script(`${web.url}/feed.xml`),
)
