import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, type TestContext, test } from 'node:test'
import { createApp, createLog, listen, type Plugin } from '../src/index.ts'
import { openShop, publicUrl, serveShop, serviceSecret, serviceShop, userShop } from './fixture.ts'

/** Serves a plugin on a free port until the test ends. */
async function listenFor(t: TestContext, plugin: Plugin) {
  const lifecycle = { stopping: false }
  const app = await createApp(plugin, { publicUrl, log: createLog('silent', false), lifecycle })
  const { server } = await listen(app.callback(), { host: '127.0.0.1', port: 0, lifecycle })
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return { server, port: (server.address() as { port: number }).port }
}

test('calls over the limit are answered with 429 and Retry-After', async () => {
  const { api } = await serveShop(openShop(), { rateLimit: 3 })
  for (const left of [2, 1, 0]) {
    const { headers } = await api.get('/things?word=a').expect(200)
    assert.equal(headers['ratelimit-policy'], '"default";q=3;w=60')
    assert.match(headers.ratelimit as string, new RegExp(`^"default";r=${left};t=\\d+$`))
  }
  const { headers, body } = await api
    .get('/things?word=a')
    .expect('Content-Type', 'application/problem+json')
    .expect(429)
  const seconds = Number(headers['retry-after'])
  assert.ok(seconds > 0 && seconds <= 60)
  assert.ok(body.detail.includes(`Wait ${seconds} seconds`))
  await api.get('/livez').expect(200)
  await api.get('/openapi.yaml').expect(200)
})

test('the address of a caller is that of the connection, unless proxies are trusted', async () => {
  const { api } = await serveShop(openShop(), { rateLimit: 1 })
  await api.get('/things?word=a').set('X-Forwarded-For', '203.0.113.1').expect(200)
  await api.get('/things?word=a').set('X-Forwarded-For', '203.0.113.2').expect(429)
  const { api: behind } = await serveShop(openShop(), { rateLimit: 1, proxies: 1 })
  await behind.get('/things?word=a').set('X-Forwarded-For', '203.0.113.1').expect(200)
  await behind.get('/things?word=a').set('X-Forwarded-For', '203.0.113.2').expect(200)
  await behind.get('/things?word=a').set('X-Forwarded-For', '198.51.100.7, 203.0.113.1').expect(429)
})

test('a caller that guesses tokens must wait, even when one is right', async () => {
  const { api } = await serveShop(serviceShop())
  for (let tries = 0; tries < 100; tries++)
    await api.get('/things?word=a').set('Authorization', 'Bearer guess').expect(401)
  await api.get('/things?word=a').set('Authorization', 'Bearer guess').expect('Retry-After', /\d/).expect(429)
  await api.get('/things?word=a').set('Authorization', `Bearer ${serviceSecret}`).expect(429)
})

test('a handler is notified when its caller disconnects', async (t) => {
  const { port } = await listenFor(t, openShop())
  const abort = new AbortController()
  const call = fetch(`http://127.0.0.1:${port}/trouble/slow`, { signal: abort.signal })
  setTimeout(() => abort.abort(), 50)
  await assert.rejects(call, { name: 'AbortError' })
  assert.equal((await fetch(`http://127.0.0.1:${port}/trouble/slow`)).status, 200)
})

test('refusals also say how many calls are left', async () => {
  const { api } = await serveShop(openShop(), { rateLimit: 2 })
  for (const [path, status] of [
    ['/things', 400],
    ['/trouble/throw', 500],
    ['/things?word=a', 429],
  ] as const)
    await api
      .get(path)
      .expect('RateLimit-Policy', '"default";q=2;w=60')
      .expect('RateLimit', /^"default";r=\d;t=\d+$/)
      .expect(status)
})

// Side by side, because each waits for Node's limits.
describe('a slow client', { concurrency: true }, () => {
  test('slow senders are disconnected and delay nobody else', { timeout: 60_000 }, async (t) => {
    const { server, port } = await listenFor(t, openShop())
    server.headersTimeout = 4_000
    let ended = 0
    const start = performance.now()
    const ends = Array.from({ length: 50 }, async () => {
      const socket = connect(port, '127.0.0.1', () => socket.write('GET /things HTTP/1.1\r\nHost: localhost\r\nX: '))
      const drip = setInterval(() => socket.write('x'), 400)
      let answer = ''
      socket.on('data', (chunk) => {
        answer += chunk
      })
      socket.on('error', () => {})
      await once(socket, 'close')
      clearInterval(drip)
      ended++
      return answer
    })
    for (let tries = 0; tries < 20; tries++) {
      assert.equal((await fetch(`http://127.0.0.1:${port}/things?word=a`)).status, 200)
    }
    assert.equal(ended, 0, 'none waited until the slow ones were cut off')
    for (const answer of await Promise.all(ends)) assert.match(answer, /^HTTP\/1\.1 408 [\s\S]*problem\+json/)
    const seconds = (performance.now() - start) / 1000
    assert.ok(seconds > 1 && seconds < 30, `after ${seconds} seconds`)
  })

  test('a sender of a slow body is disconnected', { timeout: 60_000 }, async (t) => {
    const { server, port } = await listenFor(t, openShop())
    assert.deepEqual([server.headersTimeout, server.requestTimeout], [10_000, 30_000])
    // Node takes the greater of the two for the whole request.
    server.headersTimeout = 900
    server.requestTimeout = 1_000
    const headers = 'Host: localhost\r\nContent-Type: application/json\r\nContent-Length: 99'
    const socket = connect(port, '127.0.0.1', () => socket.write(`POST /orders HTTP/1.1\r\n${headers}\r\n\r\n`))
    const drip = setInterval(() => socket.write(' '), 200)
    t.after(() => clearInterval(drip))
    let answer = ''
    socket
      .on('error', () => {})
      .on('data', (chunk) => {
        answer += chunk
      })
    await once(socket, 'close')
    assert.match(answer, /^HTTP\/1\.1 408 [\s\S]*problem\+json/)
    assert.equal((await fetch(`http://127.0.0.1:${port}/things?word=a`)).status, 200)
  })
})

/** The status of a call, 46 seconds after it has reached a part of the plugin that never ends. */
async function statusAfter46Seconds(
  t: TestContext,
  path: string,
  toPlugin: (never: () => Promise<never>) => Plugin,
): Promise<number> {
  const reached = Promise.withResolvers<void>()
  const plugin = toPlugin(() => {
    reached.resolve()
    return new Promise(() => {})
  })
  const { port } = await listenFor(t, plugin)
  t.mock.timers.enable({ apis: ['setInterval'] })
  const call = fetch(`http://127.0.0.1:${port}${path}`, {
    headers: { authorization: 'Bearer a' },
    signal: AbortSignal.timeout(20_000),
  })
  await reached.promise
  const later = performance.now() + 46_000
  t.mock.method(performance, 'now', () => later)
  t.mock.timers.tick(1_000)
  return (await call).status
}

test('a handler that never ends is answered with 504 after 45 seconds', async (t) => {
  const plugin = openShop()
  const status = await statusAfter46Seconds(t, '/things?word=a', (never) => ({
    ...plugin,
    operations: plugin.operations.map((one) => ({ ...one, handler: never })),
  }))
  assert.equal(status, 504)
})

test('a token lookup that never ends is answered with 504 after 45 seconds', async (t) => {
  const plugin = userShop(() => true)
  const status = await statusAfter46Seconds(t, '/me', (never) => ({
    ...plugin,
    auth: { ...plugin.auth, authenticate: never },
  }))
  assert.equal(status, 504)
})
