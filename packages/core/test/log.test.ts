import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLog } from '../src/index.ts'
import { openShop, serveShop } from './fixture.ts'

test('each request is one line, which its sender cannot forge', async () => {
  const { api, lines, rawLog } = await serveShop(openShop())
  await api.get('/things?word=canary')
  await api.get('/%0d%0a%7b%22level%22:60%7d')
  await api.get('/"},{"level":60').ok(() => true)
  const requests = lines().filter(({ msg }) => msg === 'request')
  assert.deepEqual(
    requests.map(({ level, method, status }) => [level, method, status]),
    [
      [30, 'GET', 200],
      [30, 'GET', 404],
      [30, 'GET', 404],
    ],
  )
  for (const { requestId, path, microseconds, time } of requests) {
    assert.match(String(requestId), /^[\w-]{36}$/)
    assert.ok(Number.isInteger(microseconds))
    assert.ok(Math.abs(Number(time) - Date.now()) < 60_000)
    assert.ok(String(path).startsWith('/'))
  }
  assert.doesNotMatch(rawLog(), /canary/)
})

test('what a handler logs has the request id, and no secrets', async () => {
  const { api, lines, rawLog } = await serveShop(openShop())
  const { headers } = await api.get('/trouble/log').expect(200)
  const line = lines().find(({ msg }) => msg === 'from a handler')
  assert.equal(line?.requestId, headers['x-request-id'])
  assert.deepEqual([line?.authorization, line?.deep, line?.fine], ['[secret]', { token: '[secret]' }, 1])
  assert.doesNotMatch(rawLog(), /canary/)
})

test('a harmless request id is used, any other is replaced', async () => {
  const { api } = await serveShop(openShop())
  await api.get('/things?word=a').set('X-Request-Id', 'trace-1.a_B').expect('X-Request-Id', 'trace-1.a_B')
  for (const id of ['a b', 'a'.repeat(65), '{"a":1}', '<script>'])
    await api
      .get('/things?word=a')
      .set('X-Request-Id', id)
      .expect('X-Request-Id', /^[0-9a-f-]{36}$/)
})

test('health is not logged', async () => {
  const { api, rawLog } = await serveShop(openShop())
  await api.get('/livez').expect(200)
  await api.get('/readyz').expect(200)
  assert.equal(rawLog(), '')
})

test('control characters in a path and in a user agent cannot break a line', async () => {
  const { api, rawLog, lines } = await serveShop(openShop())
  await api.get('/%1b%5b31mred%1b%5b0m%0a%e2%80%a8%c2%85%c2%9b').set('User-Agent', '\x9b31m\x85').expect(404)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  assert.doesNotMatch(rawLog().slice(0, -1), /[\x00-\x1f\x7f-\x9f\u2028\u2029]/)
  assert.equal(lines().length, 1)
})

test('secrets are redacted under their names in code and in headers', async () => {
  let written = ''
  const log = createLog('info', false, {
    write(line) {
      written += line
    },
  })
  for (const name of [
    'Authorization',
    'Set-Cookie',
    'accessToken',
    'refreshToken',
    'clientSecret',
    'apiKey',
    'api_key',
  ])
    log.info({ [name]: `canary of ${name}` }, 'a secret')
  assert.doesNotMatch(written, /canary/)
})
