import assert from 'node:assert/strict'
import { test } from 'node:test'
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

test('a request id is taken over if it is harmless, and replaced if not', async () => {
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
