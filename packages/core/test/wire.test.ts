import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestOptions, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, test } from 'node:test'
import { type AppOptions, createApp, createLog, definePlugin, none, type Plugin, Problem } from '../src/index.ts'
import { oauthShop, openShop, operations, publicUrl, userSecret } from './fixture.ts'
import { message, modern } from './mcp-fixture.ts'

interface Exchange {
  target: string
  headers?: Record<string, string>
  body?: string
  options?: RequestOptions
}

const json = { 'Content-Type': 'application/json' }
const get = (path: string, headers?: Record<string, string>): Exchange => ({
  target: `GET ${path}`,
  ...(headers && { headers }),
})
const send = (target: string, body: unknown, headers: Record<string, string> = json): Exchange => ({
  target,
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
})
const toMcp = (message: unknown, headers: Record<string, string> = {}): Exchange =>
  send('POST /mcp', message, { ...json, Accept: 'application/json, text/event-stream', ...headers })
const call = (name: string, more: object = {}) => message('tools/call', { name, arguments: { word: 'a' }, ...more })
const modernCall = modern('tools/call', { name: 'findThings', arguments: { word: 'a' } })
const preflight = { Origin: 'https://chatgpt.com', 'Access-Control-Request-Method': 'POST' }
const evil = { Origin: 'https://evil.example' }

const shopWithPages = definePlugin({
  ...openShop(),
  auth: none(),
  operations,
  mounts: [
    {
      path: '/pages',
      middleware(ctx, next) {
        if (ctx.path === '/pages/nothing') return next()
        if (ctx.path === '/pages/throw') throw new Problem(409, 'Try another page')
        ctx.set('Content-Security-Policy', "default-src 'self'")
        ctx.body = ctx.method
      },
    },
  ],
})

const calls: Exchange[] = [
  get('/things?word=a'),
  { target: 'HEAD /things?word=a' },
  { target: 'OPTIONS /things' },
  { target: 'OPTIONS /orders', headers: preflight },
  { target: 'OPTIONS /orders', headers: { ...preflight, ...evil } },
  get('/things?word=a', { Origin: 'https://chatgpt.com' }),
  get('/things?word=a', evil),
  get('/things'),
  get('/things?word=%ff'),
  get('/things?word=a', { Host: 'evil.example' }),
  { ...get('/things?word=a'), options: { setHost: false } },
  send('POST /things', {}),
  send('POST /orders', { item: 'tea' }),
  send('POST /orders', '[1]'),
  send('POST /orders', '{'),
  send('POST /orders', 'tea', { 'Content-Type': 'text/plain' }),
  send('POST /orders', '{}', { ...json, 'Content-Encoding': 'br' }),
  send('POST /orders', { item: 'x'.repeat(300_000) }),
  send('PATCH /orders/10', { item: 'tea' }),
  send('PATCH /orders/%ff', { item: 'tea' }),
  send('PATCH /orders/a%2fb', { item: 'tea' }),
  { target: 'DELETE /orders/1?reason=x' },
  { target: 'PUT /orders/1' },
  get('/trouble/throw'),
  get('/Things?word=a'),
  get('/things/?word=a'),
]
const pages: Exchange[] = [
  get('/openapi.json'),
  get('/openapi.json', evil),
  get('/openapi.yaml', { 'If-None-Match': '*' }),
  { target: 'HEAD /openapi.yaml' },
  { target: 'OPTIONS /legal' },
  { target: 'OPTIONS /legal', headers: preflight },
  send('POST /legal', {}),
  get('/logo.png'),
  get('/.well-known/openai-apps-challenge'),
  get('/livez', { Host: '10.0.0.5' }),
  get('/readyz'),
  { target: 'DELETE /livez' },
  get('/nothing'),
  get('/nothing', { Origin: 'https://chatgpt.com' }),
  { target: 'OPTIONS /nothing' },
  get('//?query=["u7",null,"Wj}:F#Oy",-4.39e-221,"A*}}>@Qys"]'),
  get('/pages/a'),
  send('POST /pages', {}),
  get('/pages/throw'),
  get('/pages/nothing'),
]
const messages: Exchange[] = [
  toMcp(modernCall.body, modernCall.headers),
  toMcp(call('findThings')),
  toMcp(call('findThings', { _meta: { progressToken: 1 } })),
  toMcp(call('nothing')),
  toMcp(Array(21).fill(call('findThings'))),
  toMcp('{'),
  toMcp(''),
  toMcp(message('ping'), evil),
  toMcp(message('ping'), { Origin: 'https://chatgpt.com' }),
  get('/mcp'),
  { target: 'OPTIONS /mcp' },
]
const withToken = { Authorization: `Bearer ${userSecret}` }
const signedIn: Exchange[] = [
  get('/me'),
  get('/me', { Authorization: 'Bearer wrong' }),
  get('/me', { Authorization: 'Basic eDp5' }),
  get('/me', withToken),
  send('POST /me/orders', {}, { ...json, ...withToken }),
  toMcp(call('whoAmI')),
  toMcp(call('placeOrder'), withToken),
]

const running: { close(): void }[] = []
after(() => {
  for (const server of running) server.close()
})

async function serve(plugin: Plugin, options: Partial<AppOptions> = {}): Promise<number> {
  const app = await createApp(plugin, { publicUrl, log: createLog('silent', false), ...options })
  const server = createServer({ requireHostHeader: false }, app.callback()).listen(0, '127.0.0.1')
  running.push(server)
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** An answer as it is on the wire, except for what differs from one run to the next. */
async function record(port: number, { target, headers = {}, body, options }: Exchange): Promise<string> {
  const [method, path] = target.split(' ') as [string, string]
  const sent = request({
    host: '127.0.0.1',
    port,
    method,
    path,
    agent: false,
    headers: { Host: 'localhost', 'X-Request-Id': 'wire', ...headers },
    ...(options && { headers: { Connection: 'close' }, ...options }),
  }).end(body)
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  const lines: string[] = []
  for (let index = 0; index < answer.rawHeaders.length; index += 2)
    lines.push(`${answer.rawHeaders[index]}: ${answer.rawHeaders[index + 1]}`)
  const content = await text(answer)
  const isLong = content.length > 1000 || answer.headers['content-type']?.startsWith('image/')
  const shown = isLong ? `${content.length} characters with the hash ${hash('sha256', content)}` : content
  const sentHeaders = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  return [`> ${[target, ...sentHeaders].join(', ')}`, `${answer.statusCode}`, ...lines, '', shown, '']
    .join('\n')
    .replaceAll(/^Date: .*$/gm, 'Date: …')
    .replaceAll(/;t=\d+/g, ';t=…')
    .replaceAll(/^RateLimit: "default";r=\d+/gm, 'RateLimit: "default";r=…')
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'a-random-id')
}

// To record anew after a change of the wire: RECORD=1 node --test test/wire.test.ts
test('status, headers and body of every kind of answer are as recorded', async () => {
  const open = await serve(shopWithPages, { openAiChallenge: 'challenge-token' })
  const closed = await serve(oauthShop())
  const limited = await serve(openShop(), { rateLimit: 1 })
  const found: string[] = []
  for (const exchange of [...calls, ...pages, ...messages]) found.push(await record(open, exchange))
  for (const exchange of signedIn) found.push(await record(closed, exchange))
  for (const exchange of [get('/things?word=a'), get('/things?word=a')]) found.push(await record(limited, exchange))
  const file = new URL('fixture/wire.txt', import.meta.url)
  const whole = found.join('\n')
  if (process.env.RECORD) writeFileSync(file, whole)
  const known = readFileSync(file, 'utf8').split('\n> ')
  for (const [index, answer] of whole.split('\n> ').entries()) assert.equal(answer, known[index])
  assert.equal(whole.split('\n> ').length, known.length)
})
