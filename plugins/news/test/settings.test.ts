import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startFailureTest, startPlugin } from '@reference-plugins/testing/processes'

const folder = new URL('..', import.meta.url)

test('without a variable the start line names the sample feeds', async (t) => {
  const server = await startPlugin(folder)
  t.after(() => server.end('SIGKILL'))
  assert.match(server.output(), /data: sample feeds, made up/)
})

test('the plugin starts even if its feeds do not respond', async (t) => {
  const server = await startPlugin(folder, { NEWS_FEEDS: 'http://127.0.0.1:59999/, https://feed.invalid/' })
  t.after(() => server.end('SIGKILL'))
  assert.match(server.output(), /data: live: 2 default feeds/)
  assert.equal((await fetch(`${server.url}/readyz`)).status, 200)
  assert.equal(await server.end(), 0)
})

startFailureTest(folder, [
  [{ NEWS_FEEDS: 'x' }, /NEWS_FEEDS.* must be URLs of feeds/],
  [{ NEWS_FEEDS: 'file:///etc/passwd' }, /NEWS_FEEDS.* must be URLs of feeds/],
  [{ NEWS_ALLOW_LOOPBACK: 'yes' }, /NEWS_ALLOW_LOOPBACK must be true or false/],
])
