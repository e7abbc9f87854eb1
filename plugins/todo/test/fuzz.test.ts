import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import naughty from 'big-list-of-naughty-strings' with { type: 'json' }
import fc from 'fast-check'
import { startTodo, type TodoServer, temporaryDatabase } from './server.ts'

const requests = Number(process.env.FUZZ_REQUESTS ?? 50_000)
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31)
const longestWait = 2_000

const strings = fc.oneof(
  fc.constantFrom(...naughty),
  fc.string({ unit: 'binary', maxLength: 600 }),
  fc.constantFrom(
    '__proto__',
    'constructor',
    '../../etc/passwd',
    '..%2f..%2f',
    '%',
    '%ff',
    '%00',
    'a'.repeat(101),
    '🥛'.repeat(501),
  ),
)
const values = fc.oneof(
  strings,
  fc.constantFrom(
    0,
    1,
    -1,
    0.5,
    1e300,
    2 ** 53,
    null,
    true,
    false,
    [],
    {},
    [[]],
    ['a'],
    { a: 1 },
    Number.MAX_SAFE_INTEGER,
  ),
  fc.integer(),
  fc.json({ maxDepth: 4 }),
)
const names = fc.constantFrom('todo', 'todo_idx', 'username', 'limit', 'offset', '__proto__', 'constructor', 'x', '')
const objects = fc.array(fc.tuple(names, values), { maxLength: 5 }).map((entries) => {
  // Not an object literal, which would lose the member __proto__.
  return `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`
})
const bodies: fc.Arbitrary<Buffer | undefined> = fc.oneof(
  fc.constant(undefined),
  objects.map((text) => Buffer.from(text)),
  objects.map((text) => Buffer.from(text)),
  fc.oneof(strings, fc.json()).map((text) => Buffer.from(text)),
  objects.map((text) => Buffer.from(`\ufeff${text}`)),
  objects.map((text) => Buffer.from(text, 'utf16le')),
  objects.map((text) => Buffer.from(text.slice(0, -1))),
  objects.map((text) => gzipSync(text)),
  fc
    .constantFrom('['.repeat(60_000), `{"todo":"${'x'.repeat(70_000)}"}`, '{"a":'.repeat(10_000))
    .map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
)
const encodings = fc.constantFrom(encodeURIComponent, encodeURI, (text: string) => text)
const targets = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(strings, encodings).map(([text, encode]) => `/todos/${attempt(encode, text)}`) },
  fc.constantFrom(
    '/',
    '//',
    '/todos',
    '/todos/',
    '/todos/a/',
    '/todos/a/b',
    '/TODOS/a',
    '/livez',
    '/readyz',
    '/openapi.yaml',
    '/legal',
    '/logo.png',
    '/.well-known/ai-plugin.json',
    '/.well-known/../todos/a',
    '/%',
    '/todos/%',
    '/todos/%c3%28',
    '/mcp',
  ),
  strings.map((text) => `/${encodeURI(text.toWellFormed())}`),
)
const queries = fc
  .array(fc.tuple(names, values, encodings), { maxLength: 4 })
  .map((pairs) => pairs.map(([name, value, encode]) => `${name}=${attempt(encode, String(value))}`).join('&'))
const headers = fc.dictionary(
  fc.constantFrom(
    'content-type',
    'content-encoding',
    'origin',
    'x-request-id',
    'if-none-match',
    'authorization',
    'accept',
    'expect',
    'x-forwarded-for',
    'range',
    'access-control-request-method',
    'host',
  ),
  fc.oneof(
    fc.constantFrom(
      'application/json',
      'application/json; charset=utf-8',
      'application/json;',
      'text/plain',
      'multipart/form-data',
      'gzip',
      'br',
      'null',
      'https://chatgpt.com',
      'https://evil.example',
      '*',
      'Bearer x',
      '100-continue',
      'localhost',
      'evil.example',
    ),
    // The rest no HTTP client sends.
    strings.map((text) => text.replaceAll(/[^\x20-\x7e\x80-\xff]/g, '')),
  ),
  { maxKeys: 2 },
)
const shape = fc.record({
  method: fc.constantFrom(
    'GET',
    'GET',
    'POST',
    'POST',
    'POST',
    'DELETE',
    'DELETE',
    'PUT',
    'PATCH',
    'HEAD',
    'OPTIONS',
    'TRACE',
    'PROPFIND',
    'QUERY',
  ),
  target: targets,
  query: queries,
  // Most requests go past the header checks.
  headers: fc.oneof({ weight: 3, arbitrary: fc.constant<Record<string, string>>({}) }, headers),
  json: fc.boolean(),
  body: bodies,
})
type Shape = typeof shape extends fc.Arbitrary<infer Value> ? Value : never

const agent = new Agent({ keepAlive: true, maxSockets: 16 })
const rss = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

test(`${requests} odd requests end in an answer that is no fault of the server (FUZZ_SEED=${seed})`, {
  timeout: 600_000,
}, async () => {
  const server = await startTodo(temporaryDatabase(), { LOG_LEVEL: 'info' })
  const statuses = new Map<number, number>()
  const memory: number[] = []
  try {
    for (const part of [0, 1, 2, 3]) {
      const shapes = fc.sample(shape, { numRuns: requests / 4, seed: seed + part })
      for (let index = 0; index < shapes.length; index += 16) {
        const found = await Promise.all(shapes.slice(index, index + 16).map((one) => send(server, one)))
        for (const status of found) statuses.set(status, (statuses.get(status) ?? 0) + 1)
        if (index % 256 === 0) await sendGarbage(server, seed + index)
      }
      if (process.platform === 'linux') memory.push(rss(server.process.pid as number))
    }
    assert.equal(server.process.exitCode, null, 'it runs still')
    assert.ok((statuses.get(200) ?? 0) > requests / 20, `some are answered: ${[...statuses]}`)
    assert.ok((statuses.get(400) ?? 0) > requests / 20, `some are refused: ${[...statuses]}`)
    const [, middle = 0, , end = 0] = memory
    assert.ok(end < middle * 1.3 + 30, `memory stays: ${memory.map(Math.round)} MB`)
  } finally {
    agent.destroy()
    await server.end('SIGKILL')
  }
})

/** Answers the status, or 0 where Node's client would not send such a thing. */
function send(server: TodoServer, one: Shape): Promise<number> {
  const { method, target, query, body } = one
  const path = query === '' ? target : `${target}?${query}`
  const describe = () =>
    JSON.stringify({ method, path, headers: one.headers, json: one.json, body: body?.toString('latin1').slice(0, 300) })
  return new Promise((resolve, reject) => {
    const start = performance.now()
    try {
      const sent = request({
        host: '127.0.0.1',
        port: server.port,
        agent,
        method,
        path,
        headers: {
          ...one.headers,
          ...(one.json && { 'content-type': 'application/json' }),
          ...(body && { 'content-length': body.length }),
        },
      })
      sent.setTimeout(longestWait, () => sent.destroy(new Error(`no answer in 2 seconds: ${describe()}`)))
      // A server may close the connection in the middle of a body that is too long.
      sent.on('error', (error: NodeJS.ErrnoException) =>
        (body?.length ?? 0) > 65_536 && /EPIPE|ECONNRESET/.test(error.code ?? '')
          ? resolve(413)
          : reject(new Error(`${error.message}: ${describe()}`)),
      )
      sent.on('response', async (response) => {
        const text = (await response.setEncoding('utf8').toArray()).join('')
        const status = response.statusCode ?? 0
        try {
          assert.ok(status < 500, `status ${status}: ${describe()}`)
          assert.ok(performance.now() - start < longestWait, `slow: ${describe()}`)
          if (status >= 400) assertProblem(response.headers['content-type'], text, status, method, describe)
          resolve(status)
        } catch (error) {
          reject(error)
        }
      })
      sent.end(body)
    } catch {
      resolve(0)
    }
  })
}

function assertProblem(
  type: string | undefined,
  text: string,
  status: number,
  method: string,
  describe: () => string,
): void {
  assert.equal(type, 'application/problem+json', describe())
  if (method === 'HEAD') return
  const problem = JSON.parse(text)
  assert.equal(problem.status, status, describe())
  assert.ok(problem.detail.length > 10, describe())
}

/** What no HTTP client sends: noise, and requests that stop in the middle. */
function sendGarbage(server: TodoServer, seed: number): Promise<void> {
  const garbage = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 500 }).map((bytes) => Buffer.from(bytes)),
    fc
      .constantFrom(
        'GET /todos/a HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n',
        'GET /todos/a HTTP/1.1\r\n\r\n',
        'GET * HTTP/1.1\r\nHost: localhost\r\n\r\n',
        'GET http://localhost/todos/a HTTP/1.1\r\nHost: localhost\r\n\r\n',
        'CONNECT a:1 HTTP/1.1\r\nHost: localhost\r\n\r\n',
        'POST /todos/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
        'POST /todos/a HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"todo":',
        `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`,
        'GET / HTTP/9.9\r\n\r\n',
        'GET /\n\n',
        'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
        'GET /todos/a HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
      )
      .map((text) => Buffer.from(text)),
  )
  const [bytes] = fc.sample(garbage, { numRuns: 1, seed })
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, '127.0.0.1', () => socket.write(bytes as Buffer))
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk
    })
    // A request that stops in the middle is waited for; the next ones show whether it holds them up.
    setTimeout(() => socket.destroy(), 50)
    socket.on('error', () => {})
    socket.on('close', () => (/^HTTP\/1\.1 5/.test(answer) ? reject(new Error(`${bytes}: ${answer}`)) : resolve()))
  })
}

function attempt(encode: (text: string) => string, text: string): string {
  return encode(text.toWellFormed()).replaceAll(/[^\x21-\x7e]/g, (character) =>
    encodeURIComponent(character.toWellFormed()),
  )
}
