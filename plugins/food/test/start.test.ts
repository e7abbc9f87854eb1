import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { test } from 'node:test'
import { besideDatabase, firstStatus, startFailureTest, startPlugin } from '@reference-plugins/testing/processes'
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
  assert.match(first.output(), /\(auth service_http\)/)
  assert.equal(statSync(path).mode & 0o777, 0o600)
  await first.end()
  const second = await startPlugin(folder, environment)
  t.after(() => second.end('SIGKILL'))
  assert.equal(await firstStatus(second.url), 401)
  assert.notEqual(await firstStatus(second.url, token), 401)
  assert.ok(!second.output().includes(token))
})

startFailureTest(folder, [
  [{}, /FOOD_SERVICE_TOKENS is not set/],
  [
    { FOOD_SERVICE_TOKENS: 'a passphrase that no Authorization header can carry' },
    /FOOD_SERVICE_TOKENS.* letters, digits/,
  ],
  [{ FOOD_SERVICE_TOKENS: 'short' }, /FOOD_SERVICE_TOKENS.* 32 characters/],
  [
    { FOOD_SERVICE_TOKENS: 'x'.repeat(32), FOOD_VERIFICATION_TOKENS: 'x' },
    /FOOD_VERIFICATION_TOKENS must have the form/,
  ],
  [{ FOOD_SERVICE_TOKENS: 'x'.repeat(32), FOOD_PAYMENTS: 'free' }, /FOOD_PAYMENTS must be steady or shaky/],
])
