import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { test } from 'node:test'
import { besideDatabase, startFailureTest, startPlugin } from '@reference-plugins/testing/processes'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'

const folder = new URL('..', import.meta.url)

test('in development a token is created once, printed once, and saved in a file that only its owner can read', async (t) => {
  const DATABASE_URL = temporaryDatabase()
  const path = besideDatabase(DATABASE_URL, 'service-token')
  const environment = { DATABASE_URL, NODE_ENV: 'development' }
  const first = await startPlugin(folder, environment)
  t.after(() => first.end('SIGKILL'))
  const token = readFileSync(path, 'utf8')
  assert.ok(first.output().includes(token))
  assert.match(first.output(), /\(auth service_http\), data: sample: .*not current/)
  assert.equal(statSync(path).mode & 0o777, 0o600)
  await first.end()
  const second = await startPlugin(folder, environment)
  t.after(() => second.end('SIGKILL'))
  const answer = await fetch(`${second.url}/quotes?symbols=IBM`, { headers: { authorization: `Bearer ${token}` } })
  assert.equal(answer.status, 200)
  assert.ok(!second.output().includes(token))
})

test('the start line names the live source', async (t) => {
  const server = await startPlugin(folder, { STOCKS_SOURCE: 'yahoo', STOCKS_SERVICE_TOKENS: 'x'.repeat(32) })
  t.after(() => server.end('SIGKILL'))
  assert.match(server.output(), /data: live: Yahoo Finance/)
})

startFailureTest(folder, [
  [{}, /STOCKS_SERVICE_TOKENS is not set/],
  [
    { STOCKS_SERVICE_TOKENS: 'a passphrase that no Authorization header can carry' },
    /STOCKS_SERVICE_TOKENS.* letters, digits/,
  ],
  [{ STOCKS_SERVICE_TOKENS: 'short' }, /STOCKS_SERVICE_TOKENS.* 32 characters/],
  [{ STOCKS_SERVICE_TOKENS: 'x'.repeat(32), STOCKS_SOURCE: 'bloomberg' }, /STOCKS_SOURCE must be sample or yahoo/],
  [
    { STOCKS_SERVICE_TOKENS: 'x'.repeat(32), STOCKS_VERIFICATION_TOKENS: 'x' },
    /STOCKS_VERIFICATION_TOKENS must have the form/,
  ],
])
