import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { test } from 'node:test'
import { besideDatabase, firstStatus, startPlugin } from '@reference-plugins/testing/processes'
import { temporaryFolder } from '@reference-plugins/testing/temporary'

const folder = new URL('..', import.meta.url)

test('in development a token is created, printed once, and saved in a file that only its owner can read', async (t) => {
  const DATABASE_URL = `file:${temporaryFolder()}/news.sqlite`
  const path = besideDatabase(DATABASE_URL, 'user-token')
  const environment = { DATABASE_URL, NODE_ENV: 'development' }
  const first = await startPlugin(folder, environment)
  t.after(() => first.end('SIGKILL'))
  const token = readFileSync(path, 'utf8')
  assert.ok(first.output().includes(token))
  assert.match(first.output(), /\(auth user_http\)/)
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.equal(await first.end(), 0)
  const second = await startPlugin(folder, environment)
  t.after(() => second.end('SIGKILL'))
  assert.equal(await firstStatus(second.url), 401)
  assert.notEqual(await firstStatus(second.url, token), 401)
  assert.ok(!second.output().includes(token))
})

test('in production no token is created', async (t) => {
  const server = await startPlugin(folder)
  t.after(() => server.end('SIGKILL'))
  assert.doesNotMatch(server.output(), /A token/)
  assert.equal(await firstStatus(server.url), 401)
})
