import assert from 'node:assert/strict'
import { tracingChannel } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, beforeEach, test } from 'node:test'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { FetchFailed, FetchRefused, guardedFetch, guardedFetcher } from '../src/index.ts'
import type { UpstreamEvent } from '../src/upstream-channel.ts'

let server: Server
let port: number
let hits = 0
let answer: RequestListener
before(async () => {
  server = createServer((request, response) => {
    hits++
    answer(request, response)
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  port = (server.address() as AddressInfo).port
})
after(() => {
  server.closeAllConnections()
  server.close()
})
beforeEach(() => {
  hits = 0
  answer = (_, response) => response.end('fine')
})

const local = (path = '') => `http://127.0.0.1:${port}${path}`
const allowed = { allowLoopback: true, timeout: 20_000 }

test('an allowed URL is fetched, with its headers and its final URL', async () => {
  answer = (request, response) => {
    if (request.url === '/old') return response.writeHead(301, { location: '/new' }).end()
    response.writeHead(200, { etag: '"1"' }).end(`${request.url} ${request.headers['if-none-match']}`)
  }
  const { status, url, headers, body } = await guardedFetch(local('/old'), {
    ...allowed,
    headers: { 'if-none-match': '"0"' },
  })
  assert.deepEqual([status, url, headers.get('etag'), body.toString()], [200, local('/new'), '"1"', '/new "0"'])
})

test('no notation of a private address is fetched', async () => {
  for (const url of [
    ...[
      '127.0.0.1',
      '127.1',
      '2130706433',
      '0x7f000001',
      '0x7f.1',
      '0177.0.0.1',
      '127.0.0.1.',
      '１２７.0.0.1',
      '0',
      '[::1]',
      '[::]',
    ].map((host) => `http://${host}:${port}/`),
    ...[
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      '[::7f00:1]',
      '[64:ff9b::7f00:1]',
      '[2002:7f00:1::]',
      'localhost',
      'LOCALHOST',
    ].map((host) => `http://${host}:${port}/`),
    ...[
      'http://10.0.0.1/',
      'http://192.168.1.1/',
      'http://169.254.169.254/latest/meta-data/',
      'http://[fe80::1]/',
      'http://100.64.0.1/',
    ],
    ...[
      `http://user:password@127.0.0.1:${port}/`,
      'https://user@example.com/',
      'ftp://example.com/',
      'file:///etc/passwd',
      'data:text/plain,x',
      'javascript:1',
      'gopher://x',
      '',
      'x',
      '//x',
      'http://',
      `http:127.0.0.1:${port}`,
    ],
  ])
    await assert.rejects(guardedFetch(url, { timeout: 20_000 }), FetchRefused, url)
  assert.equal(hits, 0)
})

test('a name is refused if any of its addresses is not public', async () => {
  for (const addresses of [['127.0.0.1'], ['8.8.8.8', '127.0.0.1'], ['::1'], ['::ffff:127.0.0.1'], ['10.0.0.1'], []])
    await assert.rejects(
      guardedFetch(`http://innocent.example:${port}/`, {
        resolve: async () => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
        timeout: 20_000,
      }),
      FetchRefused,
      addresses.join(),
    )
  assert.equal(hits, 0)
})

test('a name is resolved once, and the checked address is used', async () => {
  // An address on the private network. This test allows it, so that only the single lookup keeps it out.
  let insideHits = 0
  const inside = createServer((_, response) => {
    insideHits++
    response.end('inside')
  }).listen(port, '127.0.0.2')
  await once(inside, 'listening')
  try {
    for (let tries = 0; tries < 3; tries++) {
      let asked = 0
      const resolve = async () => [{ address: asked++ === 0 ? '127.0.0.1' : '127.0.0.2', family: 4 }]
      const { body } = await guardedFetch(`http://rebind.example:${port}/`, { ...allowed, resolve })
      assert.deepEqual([body.toString(), asked], ['fine', 1])
    }
    assert.deepEqual([hits, insideHits], [3, 0])
  } finally {
    inside.close()
  }
})

test('a redirect is checked like the first URL, by address and by name', async () => {
  const resolve = async (hostname: string) => [
    { address: hostname === 'outside.example' ? '127.0.0.1' : '10.0.0.1', family: 4 },
  ]
  for (const location of [
    'http://169.254.169.254/',
    'http://10.0.0.1/',
    'http://0xa000001/',
    'http://inside.example/',
    'file:///etc/passwd',
    'http://u:p@example.com/',
    'http://[::ffff:a9fe:a9fe]/',
    'http://[',
  ]) {
    answer = (_, response) => response.writeHead(302, { location }).end()
    const before = hits
    await assert.rejects(
      guardedFetch(`http://outside.example:${port}/`, { ...allowed, resolve }),
      FetchRefused,
      location,
    )
    assert.equal(hits, before + 1, location)
  }
})

test('headers that identify the caller are not sent to another origin', async () => {
  const headers = { Authorization: 'Bearer secret', cookie: 'secret', accept: 'text/plain' }
  const seen: string[] = []
  answer = (request, response) => {
    seen.push(`${request.url} ${request.headers.authorization} ${request.headers.cookie} ${request.headers.accept}`)
    const location = { '/a': '/b', '/b': `http://localhost:${port}/c`, '/c': local('/d') }[request.url ?? '']
    response.writeHead(location ? 307 : 200, location ? { location } : {}).end()
  }
  await guardedFetch(local('/a'), { ...allowed, headers })
  assert.deepEqual(seen, [
    '/a Bearer secret secret text/plain',
    '/b Bearer secret secret text/plain',
    '/c undefined undefined text/plain',
    '/d undefined undefined text/plain',
  ])
})

test('only headers that anyone may send follow a redirect to another origin', async () => {
  const names = [
    'X-Api-Key',
    'api-key',
    'X-Auth-Token',
    'x-amz-security-token',
    'Proxy-Authorization',
    'Cookie2',
    'DPoP',
    'X-1',
  ]
  const own = Object.fromEntries(names.map((name) => [name, 'secret']))
  const anyone = { Accept: 'text/plain', 'If-None-Match': '"1"', 'USER-AGENT': 'news', 'accept-language': 'de' }
  const seen: IncomingHttpHeaders[] = []
  answer = (request, response) => {
    seen.push(request.headers)
    const location = { '/a': '/b', '/b': `http://localhost:${port}/c` }[request.url ?? '']
    response.writeHead(location ? 302 : 200, location ? { location } : {}).end()
  }
  await guardedFetch(local('/a'), { ...allowed, headers: { ...own, ...anyone } })
  await guardedFetcher({ ...allowed })(local('/a'), { headers: { ...own, ...anyone } })
  assert.equal(seen.length, 6)
  for (const [index, headers] of seen.entries()) {
    for (const [name, value] of Object.entries(anyone)) assert.equal(headers[name.toLowerCase()], value)
    for (const name of names) assert.equal(headers[name.toLowerCase()], index % 3 < 2 ? 'secret' : undefined, name)
  }
})

test('the caller can abort a fetch', async () => {
  const stop = new AbortController()
  answer = () => stop.abort()
  const start = performance.now()
  await assert.rejects(guardedFetch(local(), { ...allowed, signal: stop.signal }), FetchFailed)
  assert.ok(performance.now() - start < 5_000)
})

test('a redirect loop ends', async () => {
  answer = (_, response) => response.writeHead(302, { location: '/again' }).end()
  await assert.rejects(guardedFetch(local(), allowed), /redirects more than 3 times/)
  assert.equal(hits, 4)
})

for (const [name, compress] of [
  ['gzip', gzipSync],
  ['br', (zeros: Buffer) => brotliCompressSync(zeros, { params: { [constants.BROTLI_PARAM_QUALITY]: 3 } })],
] as const)
  test(`a ${name} bomb is not decompressed in memory`, async () => {
    const bomb = compress(Buffer.alloc(64 * 2 ** 20))
    answer = (_, response) => response.writeHead(200, { 'content-encoding': name }).end(bomb)
    const before = process.memoryUsage.rss()
    await assert.rejects(guardedFetch(local(), allowed), /longer than 1048576 bytes/)
    assert.ok(process.memoryUsage.rss() - before < 48 * 2 ** 20)
  })

test('an endless body, a slow body and a missing answer end in time', async () => {
  answer = (_, response) => {
    const write = () => {
      while (response.write(Buffer.alloc(65_536))) if (response.destroyed) return
      response.once('drain', write)
    }
    write()
  }
  await assert.rejects(guardedFetch(local(), allowed), /longer than/)
  for (const slow of [
    (_: unknown, response: { write: (text: string) => void; on: (event: string, listener: () => void) => void }) => {
      const drip = setInterval(() => response.write('x'), 50)
      response.on('close', () => clearInterval(drip))
    },
    () => {},
  ]) {
    answer = slow as RequestListener
    const start = performance.now()
    await assert.rejects(
      guardedFetch(local(), { ...allowed, timeout: 200 }),
      (error) => error instanceof FetchFailed && /in time/.test(error.message),
    )
    assert.ok(performance.now() - start < 5_000)
  }
})

test('endless headers and a missing server are failures', async () => {
  answer = (_, response) => response.writeHead(200, { x: 'y'.repeat(20_000) }).end()
  await assert.rejects(guardedFetch(local(), allowed), FetchFailed)
  await assert.rejects(
    guardedFetch('http://127.0.0.1:59999/', allowed),
    /the server 127\.0\.0\.1:59999 cannot be reached \(ECONNREFUSED\)/,
  )
})

test('development allows this machine, and no other', async () => {
  await guardedFetch(`http://localhost:${port}/`, allowed)
  for (const url of ['http://192.168.1.1/', 'http://169.254.169.254/', 'http://10.0.0.1/'])
    await assert.rejects(guardedFetch(url, allowed), FetchRefused)
})

test('guardedFetcher sends a body, and streams an answer within the limits', async () => {
  const guarded = guardedFetcher({ allowLoopback: true, maximumBytes: 1000, headers: { 'x-nobody': 'yes' } })
  const bodies: string[] = []
  answer = async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    bodies.push(`${request.method} ${request.headers['content-type']} ${body}`)
    if (request.url === '/long') {
      response.write('x'.repeat(900))
      return void setTimeout(() => response.end('x'.repeat(900)), 20)
    }
    response.statusCode = 201
    response.end('done')
  }
  const posted = await guarded(local('/'), { method: 'POST', body: new URLSearchParams({ a: 'b c' }) })
  assert.equal(posted.status, 201)
  assert.equal(await posted.text(), 'done')
  await (
    await guarded(local('/'), { method: 'PUT', body: '{}', headers: { 'content-type': 'application/json' } })
  ).text()
  assert.deepEqual(bodies, ['POST application/x-www-form-urlencoded;charset=UTF-8 a=b+c', 'PUT application/json {}'])
  const long = await guarded(local('/long'))
  await assert.rejects(long.text(), /longer than 1000 bytes/)
  await assert.rejects(guardedFetcher()(local('/')), FetchRefused)
})

test('only a GET follows a redirect', async () => {
  answer = (request, response) => {
    if (request.url === '/moved') return void response.writeHead(307, { location: local('/new') }).end()
    response.end()
  }
  await assert.rejects(guardedFetch(local('/moved'), { ...allowed, method: 'POST', body: 'x' }), /redirects/)
  assert.equal(hits, 1)
  for (const method of ['GET', 'POST']) {
    const returned = await guardedFetch(local('/moved'), { ...allowed, method, redirects: 'returned' })
    assert.deepEqual([returned.status, returned.headers.get('location')], [307, local('/new')])
  }
  assert.equal(hits, 3)
})

test('each request is published, and only a server that the caller names learns the trace', async (t) => {
  const seen: (string | undefined)[] = []
  answer = (request, response) => {
    seen.push(request.headers.traceparent as string | undefined)
    if (request.url === '/old') response.writeHead(301, { location: '/new' })
    response.end()
  }
  const events: UpstreamEvent[] = []
  const start = (event: unknown) => {
    events.push(event as UpstreamEvent)
    ;(event as UpstreamEvent).setHeader?.('traceparent', `trace ${events.length}`)
  }
  const channel = tracingChannel('reference-plugins:upstream')
  channel.start.subscribe(start)
  t.after(() => channel.start.unsubscribe(start))
  await guardedFetch(local('/old'), { ...allowed, sendsTrace: true })
  await guardedFetch(local('/new'), allowed)
  assert.deepEqual(seen, ['trace 1', 'trace 2', undefined])
  assert.deepEqual(
    events.map(({ method, url, resent, status }) => [method, url.pathname, resent, status]),
    [
      ['GET', '/old', 0, 301],
      ['GET', '/new', 1, 200],
      ['GET', '/new', 0, 200],
    ],
  )
})

test('a server to which another one redirects does not learn the trace', async (t) => {
  const seen: (string | undefined)[] = []
  const other = createServer((request, response) => {
    seen.push(request.headers.traceparent as string | undefined)
    response.end()
  }).listen(0, '127.0.0.1')
  await once(other, 'listening')
  t.after(() => other.close())
  answer = (_, response) =>
    response.writeHead(302, { location: `http://127.0.0.1:${(other.address() as AddressInfo).port}/` }).end()
  const start = (event: unknown) => (event as UpstreamEvent).setHeader?.('traceparent', 'trace')
  const channel = tracingChannel('reference-plugins:upstream')
  channel.start.subscribe(start)
  t.after(() => channel.start.unsubscribe(start))
  await guardedFetch(local('/'), { ...allowed, sendsTrace: true })
  assert.deepEqual(seen, [undefined])
})
