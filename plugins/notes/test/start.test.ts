import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { freePort, spawnPlugin, startPlugin, temporaryDatabase } from '@reference-plugins/contract'

const folder = new URL('..', import.meta.url)

test('in development a user, a client and a token are created, printed once, and saved in files that only their owner can read', async (t) => {
  const DATABASE_URL = temporaryDatabase()
  const data = dirname(DATABASE_URL.slice('file:'.length))
  const environment = { DATABASE_URL, NODE_ENV: 'development' }
  const first = await startPlugin(folder, environment)
  t.after(() => first.end('SIGKILL'))
  const kept = JSON.parse(readFileSync(join(data, 'development.json'), 'utf8'))
  assert.ok(first.output().includes(`client id development, client secret ${kept.clients[0].secret}`))
  for (const file of ['access-token', 'development.json']) assert.equal(statSync(join(data, file)).mode & 0o777, 0o600)
  const call = (url: string) =>
    fetch(`${url}/notes`, { headers: { authorization: `Bearer ${readFileSync(join(data, 'access-token'), 'utf8')}` } })
  assert.equal((await call(first.url)).status, 200)
  await first.end()
  const second = await startPlugin(folder, environment)
  t.after(() => second.end('SIGKILL'))
  assert.doesNotMatch(second.output(), /secret/)
  assert.equal((await call(second.url)).status, 200)
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

test('a start failure prints one line that names the variable', { timeout: 60_000 }, async () => {
  const cases: [Record<string, string>, RegExp][] = [
    [{ OAUTH_CLIENTS: 'x' }, /OAUTH_CLIENTS must be a JSON array/],
    [{ OAUTH_CLIENTS: '[{"id":"a"}]' }, /OAUTH_CLIENTS/],
    [{ OAUTH_CLIENTS: '[{"id":"a","name":"A","redirectUris":[],"pkce":false}]' }, /a has no secret/],
    [{ OAUTH_VERIFICATION_TOKENS: 'x' }, /OAUTH_VERIFICATION_TOKENS must have the form/],
    [{ OAUTH_ISSUER: 'http://127.0.0.1:9/' }, /OAUTH_ISSUER=http:\/\/127\.0\.0\.1:9\/ cannot be used/],
    [{ OAUTH_AUDIENCE: 'a' }, /OAUTH_AUDIENCE is set without OAUTH_ISSUER/],
  ]
  for (const [environment, expected] of cases) {
    const server = spawnPlugin(folder, {
      PORT: String(await freePort()),
      DATABASE_URL: temporaryDatabase(),
      ...environment,
    })
    await new Promise((resolve) => server.process.once('close', resolve))
    assert.equal(server.process.exitCode, 1, server.output())
    assert.match(server.output(), expected)
    // oidc-provider prints a warning first on a version of Node that it does not know.
    assert.match(server.output(), /^(oidc-provider WARNING: .*\n)?notes cannot start: /)
    assert.doesNotMatch(server.output(), /\n +at /, 'no stack')
  }
})
