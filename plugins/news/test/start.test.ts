import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { test } from 'node:test'
import { besideDatabase, startFailureTest, startPlugin } from '@reference-plugins/testing/processes'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'

const folder = new URL('..', import.meta.url)

test('in development a token is created, printed once, and saved in a file that only its owner can read', async (t) => {
  const DATABASE_URL = temporaryDatabase()
  const path = besideDatabase(DATABASE_URL, 'user-token')
  const environment = { DATABASE_URL, NODE_ENV: 'development' }
  const first = await startPlugin(folder, environment)
  t.after(() => first.end('SIGKILL'))
  const token = readFileSync(path, 'utf8')
  assert.ok(first.output().includes(token))
  assert.match(first.output(), /\(auth user_http\), data: sample feeds, made up/)
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.equal(await first.end(), 0)
  const second = await startPlugin(folder, environment)
  t.after(() => second.end('SIGKILL'))
  const answer = await fetch(`${second.url}/feeds`, { headers: { authorization: `Bearer ${token}` } })
  assert.equal(answer.status, 200)
  assert.ok(!second.output().includes(token))
})

test('in production no token is created, and the plugin starts even if its feeds do not respond', async (t) => {
  const server = await startPlugin(folder, { NEWS_FEEDS: 'http://127.0.0.1:59999/, https://feed.invalid/' })
  t.after(() => server.end('SIGKILL'))
  assert.match(server.output(), /data: live: 2 default feeds/)
  assert.doesNotMatch(server.output(), /A token/)
  assert.equal((await fetch(`${server.url}/readyz`)).status, 200)
  assert.equal(await server.end(), 0)
})

startFailureTest(folder, [
  [{ NEWS_FEEDS: 'x' }, /NEWS_FEEDS.* must be URLs of feeds/],
  [{ NEWS_FEEDS: 'file:///etc/passwd' }, /NEWS_FEEDS.* must be URLs of feeds/],
  [{ NEWS_ALLOW_LOOPBACK: 'yes' }, /NEWS_ALLOW_LOOPBACK must be true or false/],
])
