import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { type CurlRequest, writeCurl } from '../src/calls/curl.ts'

interface Received {
  method: string | undefined
  url: string | undefined
  headers: IncomingHttpHeaders
  body: Buffer
}

const token = "s3cret-To'ken+/="
const received: Received[] = []
const server = createServer(async (request, answer) => {
  const { method, url, headers } = request
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part)
  received.push({ method, url, headers, body: Buffer.concat(parts) })
  answer.end()
})

before(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening')
})
after(() => server.close())

/** Pastes the command into a shell that has the token as a variable. */
async function paste({ url, ...request }: CurlRequest): Promise<{ command: string; got: Received }> {
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const command = writeCurl({ ...request, url: base + url }, new Map([[token, 'TOKEN']]))
  received.length = 0
  const shell = spawn('sh', { env: { ...process.env, TOKEN: token }, stdio: ['pipe', 'ignore', 'ignore'] })
  shell.stdin.end(`${command}\n`)
  await once(shell, 'close')
  assert.equal(received.length, 1, command)
  return { command, got: received[0] as Received }
}

const json = { 'content-type': 'application/json' }

test('a pasted command sends the same request, and shows no secret', async () => {
  const requests: CurlRequest[] = [
    { method: 'GET', url: '/a?b=[1]&c={d}', headers: { accept: 'text/csv' } },
    { method: 'GET', url: '/a/../b/./c', headers: {} },
    { method: 'HEAD', url: '/a', headers: {} },
    { method: 'GET', url: '/a', headers: json, body: '{"a":1}' },
    { method: 'GET', url: '/a', headers: { authorization: `Bearer ${token}` } },
    { method: 'GET', url: '/a', headers: { authorization: `Bearer ${token}x` } },
    { method: 'GET', url: '/a', headers: { authorization: `Bearer ${token.slice(0, -1)}` } },
    { method: 'GET', url: '/a', headers: { authorization: `Bearer ${token.toUpperCase()}` } },
    { method: 'GET', url: '/a', headers: { authorization: `Bearer ${token.toLowerCase()}` } },
    { method: 'GET', url: '/a', headers: { 'x-empty': '', 'x-latin': 'caf\u00e9 "$HOME" `id` !' } },
    { method: 'POST', url: '/a', headers: json, body: '@it\'s "$HOME" \\ `id` !\n\t€ 😀' },
    { method: 'POST', url: '/a', headers: json, body: JSON.stringify({ token, money: '$5 `x` "y" \\ !' }) },
    { method: 'POST', url: '/a', headers: {}, body: 'no media type' },
    { method: 'POST', url: '/a', headers: json, body: '' },
    { method: 'PUT', url: '/a', headers: json, body: Buffer.from([0, 1, 255, 254, 10]) },
    { method: 'PUT', url: '/a', headers: json, body: `{"a":"${'x'.repeat(2_000_000)}","b":"${token}%s"}` },
    { method: 'PUT', url: '/a', headers: json, body: '['.repeat(5_000) + ']'.repeat(5_000) },
    {
      method: 'PUT',
      url: '/a',
      headers: json,
      body: JSON.stringify(Array.from({ length: 3_000 }, (_, n) => `'${n}'`)),
    },
    { method: 'PUT', url: '/a', headers: json, body: Array.from({ length: 60_000 }, (_, n) => n).join() },
  ]
  for (const request of requests) {
    const { command, got } = await paste(request)
    assert.equal(got.method, request.method, command)
    assert.equal(got.url, request.url, command)
    assert.ok(got.body.equals(Buffer.from(request.body ?? '')), command.slice(0, 500))
    for (const [name, value] of Object.entries(request.headers)) assert.equal(got.headers[name], value, command)
    if (!request.headers['content-type']) assert.equal(got.headers['content-type'], undefined, command)
    assert.ok(!command.toLowerCase().includes(token.toLowerCase().slice(0, 12)), command)
  }
})

test('long repetitions stay short', () => {
  const body = `{"a":"${'x'.repeat(2_000_000)}"}`
  assert.ok(writeCurl({ method: 'PUT', url: 'http://a/b', headers: {}, body }).length < 200)
})
