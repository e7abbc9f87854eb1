import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { test } from 'node:test'
import { besideDatabase, firstStatus, startFailureTest, startPlugin } from '@reference-plugins/testing/processes'
import { temporaryDatabase, temporaryFolder } from '@reference-plugins/testing/temporary'

const folder = new URL('..', import.meta.url)

test('in development a user, a client and a token are created, printed once, and saved in files that only their owner can read', async (t) => {
  const DATABASE_URL = `file:${temporaryFolder()}/notes.sqlite`
  const pathOf = (file: string) => besideDatabase(DATABASE_URL, file)
  const environment = { DATABASE_URL, NODE_ENV: 'development' }
  const first = await startPlugin(folder, environment)
  t.after(() => first.end('SIGKILL'))
  const kept = JSON.parse(readFileSync(pathOf('development.json'), 'utf8'))
  assert.ok(first.output().includes(`client id development, client secret ${kept.clients[0].secret}`))
  for (const file of ['access-token', 'development.json']) assert.equal(statSync(pathOf(file)).mode & 0o777, 0o600)
  const statusAt = (url: string) => firstStatus(url, readFileSync(pathOf('access-token'), 'utf8'))
  assert.equal(await firstStatus(first.url), 401)
  assert.notEqual(await statusAt(first.url), 401)
  await first.end()
  const second = await startPlugin(folder, environment)
  t.after(() => second.end('SIGKILL'))
  assert.doesNotMatch(second.output(), /secret/)
  assert.notEqual(await statusAt(second.url), 401)
  await second.end()
})

test('in production no user and no client is created', async (t) => {
  const DATABASE_URL = temporaryDatabase()
  const server = await startPlugin(folder, { DATABASE_URL })
  t.after(() => server.end('SIGKILL'))
  const answer = await fetch(
    `http://localhost:${server.port}/oauth/authorize?client_id=development&response_type=code`,
    {
      redirect: 'manual',
    },
  )
  assert.equal(answer.status, 400)
  assert.match(await answer.text(), /client is invalid/)
})

startFailureTest(folder, [
  [{ OAUTH_CLIENTS: 'x' }, /OAUTH_CLIENTS must be a JSON array/],
  [{ OAUTH_CLIENTS: '[{"id":"a"}]' }, /OAUTH_CLIENTS/],
  [{ OAUTH_CLIENTS: '[{"id":"a","name":"A","redirectUris":[],"pkce":false}]' }, /a has no secret/],
  [{ OAUTH_VERIFICATION_TOKENS: 'x' }, /OAUTH_VERIFICATION_TOKENS must have the form/],
  [{ OAUTH_ISSUER: 'http://127.0.0.1:9/' }, /OAUTH_ISSUER=http:\/\/127\.0\.0\.1:9\/ cannot be used/],
  [{ OAUTH_AUDIENCE: 'a' }, /OAUTH_AUDIENCE is set without OAUTH_ISSUER/],
])
