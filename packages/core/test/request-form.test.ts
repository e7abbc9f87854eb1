import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { createApp, createLog, definePlugin, listen, none } from '../src/index.ts'
import { openShop, operations } from './fixture.ts'

// A mount that reads everything that Koa derives from a target.
const shop = definePlugin({
  ...openShop(),
  auth: none(),
  operations,
  mounts: [
    {
      path: '/pages',
      middleware(ctx) {
        if (ctx.path === '/pages') return ctx.redirect(`${ctx.path}/?${ctx.querystring}`)
        ctx.body = [ctx.href, ctx.origin, ctx.hostname, ctx.search, JSON.stringify(ctx.query), ctx.URL.pathname].join(
          ' ',
        )
      },
    },
  ],
})
const lifecycle = { stopping: false }
const app = await createApp(shop, { publicUrl: 'http://shop.example.com', log: createLog('silent', false), lifecycle })
const running = await listen(app.callback(), { host: '127.0.0.1', port: 0, lifecycle })
after(() => running.stop())
const { port } = running.server.address() as { port: number }

/** The status and body of the answer to these bytes. */
async function send(text: string): Promise<{ status: number; body: string }> {
  const socket = connect(port, '127.0.0.1', () => socket.end(Buffer.from(text, 'latin1')))
  let answer = ''
  socket
    .on('error', () => {})
    .on('data', (chunk) => {
      answer += chunk
    })
  await once(socket, 'close')
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]), body: answer.slice(answer.indexOf('\r\n\r\n') + 4) }
}

const get = (target: string, version = 'HTTP/1.1', headers = 'Host: localhost:3333') =>
  send(`GET ${target} ${version}\r\n${headers}\r\nConnection: close\r\n\r\n`)

test('a target may name the host that the Host header names, and no other', async () => {
  for (const target of [
    '/things?word=a',
    'http://localhost:3333/things?word=a',
    'HTTP://LOCALHOST:3333/things?word=a',
    'https://localhost:3333/things?word=a',
  ])
    assert.equal((await get(target)).status, 200, target)
  for (const target of [
    'http://evil.example/things?word=a',
    'http://localhost:3334/things?word=a',
    'http://localhost:3333@evil.example/things?word=a',
    'http://user@localhost:3333/things?word=a',
    'http:///things?word=a',
    'x://evil.example/pages',
    'x://localhost:3333/pages',
    'ftp://localhost:3333/things',
    'javascript:alert(1)',
    'localhost:3333',
    '*',
    'things',
  ]) {
    const { status, body } = await get(target)
    assert.equal(status, 400, target)
    if (body.startsWith('{')) assert.ok(JSON.parse(body).detail)
  }
})

test('another version and another framing are refused', async () => {
  for (const version of ['HTTP/1.1', 'HTTP/1.0']) assert.equal((await get('/things?word=a', version)).status, 200)
  for (const version of ['HTTP/2.0', 'HTTP/0.9', 'HTTP/1.2', 'HTTP/3.0', 'HTTX/1.1', ''])
    assert.equal((await get('/things?word=a', version)).status, 400, version)
  const post = (encoding: string, version = 'HTTP/1.1') =>
    send(
      `POST /orders ${version}\r\nHost: localhost\r\nContent-Type: application/json\r\n${encoding}\r\nConnection: close\r\n\r\nc\r\n{"item":"a"}\r\n0\r\n\r\n`,
    )
  for (const encoding of ['Transfer-Encoding: chunked', 'transfer-encoding: Chunked'])
    assert.equal((await post(encoding)).status, 200, encoding)
  for (const encoding of [
    'Transfer-Encoding: gzip, chunked',
    'Transfer-Encoding: chunked, chunked',
    'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked',
    'Transfer-Encoding: identity, chunked',
    'Transfer-Encoding: chunked, gzip',
    'Transfer-Encoding: x',
    'Transfer-Encoding: chunked\r\nContent-Length: 12',
  ])
    assert.equal((await post(encoding)).status, 400, encoding)
  assert.equal((await post('Transfer-Encoding: chunked', 'HTTP/1.0')).status, 400)
})

test('a Host that is none, or two, is refused', async () => {
  for (const headers of [
    'Host: localhost:7501:80',
    'Host: localhost, evil.example',
    'Host: localhost/evil',
    'Host: [::1',
    'Host: a@localhost',
    'Host:',
    'Accept: */*',
    'Host: localhost\r\nHost: localhost',
  ])
    assert.equal((await get('/things?word=a', 'HTTP/1.1', headers)).status, 400, headers)
})

test('no target is a fault of the server', async () => {
  const piece = fc.constantFrom(
    ...[
      '/',
      '//',
      'x:',
      'http:',
      'http://',
      'localhost:3333',
      'evil.example',
      'pages',
      '/pages',
      'things',
      '?',
      '#',
      '%',
    ],
    ...[
      '%00',
      '%2f',
      '%ff',
      '..',
      '\\',
      '@',
      ':',
      ';',
      '[',
      ']',
      '::1',
      '=',
      '&',
      'é',
      '\x7f',
      '"',
      '<',
      '{}',
      '|',
      '^',
      '*',
    ],
  )
  const target = fc.oneof(
    fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
    fc.string({ maxLength: 30 }).map((text) => text.replaceAll(/[\r\n\s]/g, '')),
    fc.webUrl({ withQueryParameters: true, withFragments: true }),
    fc.array(piece, { maxLength: 8 }).map((pieces) => `/pages${pieces.join('')}`),
  )
  await fc.assert(
    fc.asyncProperty(target, fc.constantFrom('GET', 'POST', 'OPTIONS', 'HEAD', 'DELETE'), async (text, method) => {
      const { status } = await send(`${method} ${text} HTTP/1.1\r\nHost: localhost:3333\r\nConnection: close\r\n\r\n`)
      assert.ok(status >= 200 && status < 500, `${method} ${text}: ${status}`)
    }),
    { numRuns: 400 },
  )
})
