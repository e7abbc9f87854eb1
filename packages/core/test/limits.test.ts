import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { createApp, createLog, listen } from '../src/index.ts'
import { openShop, publicUrl, serveShop, serviceSecret, serviceShop } from './fixture.ts'

test('calls over the limit are told to wait', async () => {
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

test('an address is the one of the connection, unless proxies are trusted', async () => {
  const { api } = await serveShop(openShop(), { rateLimit: 1 })
  await api.get('/things?word=a').set('X-Forwarded-For', '203.0.113.1').expect(200)
  await api.get('/things?word=a').set('X-Forwarded-For', '203.0.113.2').expect(429)
  const { api: behind } = await serveShop(openShop(), { rateLimit: 1, proxies: 1 })
  await behind.get('/things?word=a').set('X-Forwarded-For', '203.0.113.1').expect(200)
  await behind.get('/things?word=a').set('X-Forwarded-For', '203.0.113.2').expect(200)
  await behind.get('/things?word=a').set('X-Forwarded-For', '198.51.100.7, 203.0.113.1').expect(429)
})

test('who guesses tokens is told to wait, even when one is right', async () => {
  const { api } = await serveShop(serviceShop())
  for (let tries = 0; tries < 100; tries++)
    await api.get('/things?word=a').set('Authorization', 'Bearer guess').expect(401)
  await api.get('/things?word=a').set('Authorization', 'Bearer guess').expect('Retry-After', /\d/).expect(429)
  await api.get('/things?word=a').set('Authorization', `Bearer ${serviceSecret}`).expect(429)
})

test('a handler is told when its caller goes away', async () => {
  const lifecycle = { stopping: false }
  const app = await createApp(openShop(), { publicUrl, log: createLog('silent', false), lifecycle })
  const running = await listen(app.callback(), { host: '127.0.0.1', port: 0, lifecycle })
  const { port } = running.server.address() as { port: number }
  const abort = new AbortController()
  const call = fetch(`http://127.0.0.1:${port}/trouble/slow`, { signal: abort.signal })
  setTimeout(() => abort.abort(), 50)
  await assert.rejects(call, { name: 'AbortError' })
  assert.equal((await fetch(`http://127.0.0.1:${port}/trouble/slow`)).status, 200)
  await running.stop()
})

test('senders who are slow are cut off, and hold nobody up', { timeout: 30_000 }, async () => {
  const lifecycle = { stopping: false }
  const app = await createApp(openShop(), { publicUrl, log: createLog('silent', false), lifecycle })
  const running = await listen(app.callback(), { host: '127.0.0.1', port: 0, lifecycle })
  const { port } = running.server.address() as { port: number }
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
    return answer
  })
  for (let tries = 0; tries < 20; tries++) {
    const sent = performance.now()
    assert.equal((await fetch(`http://127.0.0.1:${port}/things?word=a`)).status, 200)
    assert.ok(performance.now() - sent < 500)
  }
  for (const answer of await Promise.all(ends)) assert.match(answer, /^HTTP\/1\.1 408 [\s\S]*problem\+json/)
  const seconds = (performance.now() - start) / 1000
  assert.ok(seconds > 5 && seconds < 15, `after ${seconds} seconds`)
  await running.stop()
})
