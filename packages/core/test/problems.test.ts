import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { z } from 'zod'
import { createApp, createLog, definePlugin, listen, none, operation, type RunningServer } from '../src/index.ts'
import { openShop, publicUrl, serveShop } from './fixture.ts'

const { api, lines } = await serveShop(openShop())

test('every error is one problem document, and says what to do next', async () => {
  const tries: [number, string, string][] = [
    [400, 'GET', '/things'],
    [404, 'GET', '/nothing'],
    [404, 'GET', '/things/'],
    [404, 'GET', '/Things'],
    [404, 'PATCH', '/orders/12'],
    [405, 'PUT', '/things'],
    [405, 'POST', '/openapi.yaml'],
    [415, 'POST', '/orders'],
    [500, 'GET', '/trouble/throw'],
  ]
  for (const [status, method, path] of tries) {
    const sent = api[method.toLowerCase() as 'get'](path)
    if (status === 415) sent.set('Content-Type', 'text/plain').send('a')
    if (method === 'PATCH') sent.send({ item: 'a' })
    const { body, headers } = await sent.expect('Content-Type', 'application/problem+json').expect(status)
    assert.equal(body.type, 'about:blank')
    assert.equal(body.status, status)
    assert.ok(body.title.length > 3)
    assert.ok(body.detail.length > 20, body.detail)
    assert.equal(body.instance, headers['x-request-id'])
  }
})

test('405 and OPTIONS list the methods of a path', async () => {
  await api.put('/orders/1').expect('Allow', 'DELETE, OPTIONS, PATCH').expect(405)
  await api.options('/things').expect('Allow', 'GET, HEAD, OPTIONS').expect(204)
  await api.options('/legal').expect('Allow', 'GET, HEAD, OPTIONS').expect(204)
})

test('HEAD answers like GET, without the body', async () => {
  const get = await api.get('/things?word=a').expect(200)
  const head = await api.head('/things?word=a').expect(200)
  assert.equal(head.headers['content-length'], get.headers['content-length'])
  assert.equal(head.text, undefined)
  await api.head('/nothing').expect(404)
})

test('details of a fault are logged and not sent', async () => {
  const { text } = await api.get('/trouble/throw').expect(500)
  assert.doesNotMatch(text, /secret|srv|hunter2|at /)
  assert.ok(lines().some(({ err }) => /secret \/srv\/database/.test((err as Error | undefined)?.message ?? '')))
})

const throwing = async (thrown: unknown) =>
  await serveShop(
    definePlugin({
      ...openShop(),
      auth: none(),
      operations: {
        fail: operation('GET /fail', {
          openWorld: false,
          summary: 'Fail',
          input: z.object({}),
          output: z.object({}),
          handler() {
            throw thrown
          },
        }),
      },
    }),
  )

test('a handler that throws text, numbers or broken errors is answered like any fault', async () => {
  for (const thrown of [
    'secret',
    5,
    Symbol('secret'),
    Object.freeze({}),
    { status: 200 },
    { status: '404' },
    [],
    false,
  ]) {
    const { api, lines } = await throwing(thrown)
    const { text } = await api.get('/fail').expect('Content-Type', 'application/problem+json').expect(500)
    assert.doesNotMatch(text, /secret/)
    assert.ok(lines().some(({ level, msg }) => level === 50 && msg === 'failed'))
  }
})

test('a thrown object that cannot be inspected is answered like any fault', async () => {
  const untouchable = Object.defineProperty({}, 'status', {
    get() {
      throw new Error('secret')
    },
  })
  for (const thrown of [null, undefined, untouchable]) {
    const { api } = await throwing(thrown)
    await api
      .get('/fail')
      .expect('Content-Type', 'application/problem+json')
      .expect('X-Content-Type-Options', 'nosniff')
      .expect(500)
  }
})

test('an error of another service is not passed on to the caller', async () => {
  for (const status of [400, 401, 404, 429]) {
    const { api, lines } = await throwing(Object.assign(new Error('GET https://db/?key=secret failed'), { status }))
    const { text } = await api.get('/fail').expect(500)
    assert.doesNotMatch(text, /secret/)
    assert.ok(lines().some(({ msg }) => msg === 'failed'))
  }
})

test('an answer that does not fit its schema is not sent, and the log names the place', async () => {
  const { text } = await api.get('/trouble/misfit').expect(500)
  assert.doesNotMatch(text, /4242424242|text:/)
  assert.ok(
    lines().some(({ err }) =>
      /output of breakDown does not fit: text: /.test((err as Error | undefined)?.message ?? ''),
    ),
  )
})

test('an answer of over 100,000 characters is not sent', async () => {
  await api.get('/trouble/long').expect(500)
  assert.ok(lines().some(({ err }) => /1000\d\d characters/.test((err as Error | undefined)?.message ?? '')))
})

test('every answer has the headers that keep browsers from misusing it', async () => {
  for (const path of [
    '/things?word=a',
    '/things',
    '/nothing',
    '/trouble/throw',
    '/openapi.json',
    '/legal',
    '/logo.png',
    '/livez',
  ]) {
    const { headers } = await api.get(path)
    assert.equal(headers['x-content-type-options'], 'nosniff', path)
    assert.equal(headers['content-security-policy'], "default-src 'none'; frame-ancestors 'none'", path)
    assert.equal(headers['strict-transport-security'], 'max-age=31536000', path)
    assert.match(headers['cache-control'] as string, /no-store|max-age=300/, path)
    assert.match(headers.vary as string, /Origin/, path)
    assert.match(headers['x-request-id'] as string, /^[\w-]{36}$/, path)
    assert.equal(headers['x-powered-by'], undefined)
  }
})

test('a request for another host is refused', async () => {
  await api.get('/things?word=a').set('Host', 'evil.example').expect(421)
  await api.get('/things?word=a').set('Host', 'shop.example.com').expect(200)
  await api.get('/things?word=a').set('Host', 'localhost:1234').expect(200)
})

let running: RunningServer

before(async () => {
  const lifecycle = { stopping: false }
  const app = await createApp(openShop(), { publicUrl, log: createLog('silent', false), lifecycle })
  running = await listen(app.callback(), { host: '127.0.0.1', port: 0, lifecycle })
})
after(() => running.stop())

const raw = (text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const { port } = running.server.address() as { port: number }
    const socket = connect(port, '127.0.0.1', () => socket.end(text))
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk
    })
    socket.on('close', () => resolve(answer)).on('error', reject)
  })

const unreadable: [name: string, request: string, status: number][] = [
  ['noise', 'hello\r\n\r\n', 400],
  ['no Host', 'GET /livez HTTP/1.1\r\n\r\n', 400],
  ['two Hosts', 'GET /livez HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n', 400],
  ['two lengths', 'POST /orders HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}', 400],
  [
    'a length and chunks',
    'POST /orders HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    400,
  ],
  ['a folded header', 'GET /livez HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n', 400],
  ['20 KiB of headers', `GET /livez HTTP/1.1\r\nHost: localhost\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
  ['an unknown method', 'BREW /livez HTTP/1.1\r\nHost: localhost\r\n\r\n', 400],
  ['40 KiB of path', `GET /${'a'.repeat(40_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`, 431],
  ['line feeds alone', 'GET /livez HTTP/1.1\nHost: localhost\n\n', 400],
  ['a NUL in a header', 'GET /livez HTTP/1.1\r\nHost: localhost\r\nX: a\0b\r\n\r\n', 400],
  ['an escape in the path', 'GET /\x1b[31m HTTP/1.1\r\nHost: localhost\r\n\r\n', 400],
  ['a space in the path', 'GET /a b HTTP/1.1\r\nHost: localhost\r\n\r\n', 400],
  ['an asterisk', 'OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', 404],
  ['two slashes', 'GET //evil.example/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', 404],
  ['an encoded way up', 'GET /%2e%2e/etc HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', 404],
  ['a bad chunk', 'POST /orders HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', 400],
  ['an unknown coding', 'POST /orders HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: cow\r\n\r\n{}', 400],
  ['a length below nothing', 'POST /orders HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n', 400],
  ['an unknown expectation', 'GET /livez HTTP/1.1\r\nHost: localhost\r\nExpect: cake\r\n\r\n', 417],
  [
    'a body that ends early',
    'POST /orders HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"item":',
    400,
  ],
]

for (const [name, request, status] of unreadable)
  test(`${name}: also answered with a problem document`, async () => {
    const answer = await raw(request)
    assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `))
    assert.match(answer, /content-type: application\/problem\+json/i)
    assert.equal(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n'))).status, status)
  })

test('an invalid HEAD is answered without a body', async () => {
  const answer = await raw('HEAD /livez HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n')
  assert.match(answer, /^HTTP\/1\.1 400 [\s\S]*\r\n\r\n$/)
})

test('a whole URL as target means its path', async () => {
  const answer = await raw(
    'GET http://localhost/things?word=a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
  )
  assert.match(answer, /^HTTP\/1\.1 200 [\s\S]*"word":"a"/)
})

test('a target that is not a URL is answered with 400', async () => {
  for (const target of ['http://[/things', 'http://[::1/things', '//?a="}:b@c"]'])
    assert.match(await raw(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`), /^HTTP\/1\.1 4/)
})

test('a refusal by the HTTP parser has the same headers as every answer', async () => {
  for (const request of [
    'hello\r\n\r\n',
    `GET / HTTP/1.1\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`,
    'GET /livez HTTP/1.1\r\nHost: localhost\r\nExpect: cake\r\n\r\n',
  ]) {
    const answer = await raw(request)
    for (const header of ['x-content-type-options', 'content-security-policy', 'cache-control', 'x-request-id'])
      assert.ok(answer.toLowerCase().includes(`\r\n${header}:`), `${header} in ${answer}`)
  }
})
