import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { oauthShop, openShop } from './fixture.ts'
import { message, modern, serveMcp } from './mcp-fixture.ts'

const shop = await serveMcp(openShop())
after(shop.close)

/** Sends a message with exactly these headers; undefined leaves Accept out. */
const post = async (body: unknown, accept: string | undefined, more: Record<string, string> = {}, url = shop.url) => {
  // fetch adds an Accept header of its own.
  const { request } = await import('node:http')
  return new Promise<{ status: number; type: string; text: string; challenge: string }>((resolve, reject) => {
    const headers = { 'content-type': 'application/json', ...(accept !== undefined && { accept }), ...more }
    request(url, { method: 'POST', headers }, (answer) => {
      let text = ''
      answer.on('data', (chunk) => {
        text += chunk
      })
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          type: String(answer.headers['content-type']),
          text,
          challenge: String(answer.headers['www-authenticate']),
        }),
      )
    })
      .on('error', reject)
      .end(JSON.stringify(body))
  })
}

const call = (input: unknown) => message('tools/call', { name: 'addOrder', arguments: input })
const asJson = [
  undefined,
  '',
  '*/*',
  'application/json',
  'application/*',
  'Application/JSON; charset=utf-8',
  'application/json, */*;q=0.1',
  'application/json, text/event-stream;q=0',
  'application/json, text/plain, */*',
  'text/html, application/json;q=0.5',
]
const asEvents = [
  'application/json, text/event-stream',
  'text/event-stream, application/json',
  'text/event-stream',
  'application/json;q=0.9, text/event-stream;q=0.8',
  'application/json,text/event-stream',
  'TEXT/EVENT-STREAM, APPLICATION/JSON',
  '*/*, text/event-stream',
]
const neither = ['text/html', 'image/png, text/plain', 'application/json;q=0, text/event-stream;q=0']

test('a client gets JSON, unless it names event streams among what it accepts', async () => {
  for (const accept of asJson) {
    const { status, type, text } = await post(call({ item: 'tea' }), accept)
    assert.deepEqual([status, type], [200, 'application/json'], String(accept))
    assert.deepEqual(JSON.parse(text).result.structuredContent, { order: { id: 1, item: 'tea' }, count: 1 })
  }
  for (const accept of asEvents) {
    const { status, type, text } = await post(call({ item: 'tea' }), accept)
    assert.deepEqual([status, type], [200, 'text/event-stream'], accept)
    assert.match(text, /^data: .*"item":"tea"/m)
  }
  for (const accept of neither) {
    const { status, text } = await post(call({ item: 'tea' }), accept)
    assert.equal(status, 406, accept)
    assert.match(JSON.parse(text).detail, /application\/json, text\/event-stream/)
  }
})

test('the protocol of 2026 is served with every Accept header too', async () => {
  const { body, headers } = modern('tools/call', { name: 'addOrder', arguments: { item: 'tea' } })
  for (const accept of [...asJson, ...asEvents]) {
    const { status, text } = await post(body, accept, headers)
    assert.equal(status, 200, String(accept))
    assert.equal(JSON.parse(text).result.structuredContent.order.item, 'tea')
  }
  const endless = modern('subscriptions/listen')
  assert.equal((await post(endless.body, 'application/json', endless.headers)).status, 406)
})

test('any Accept header is answered, in the type that is announced', async () => {
  const range = fc.tuple(
    fc.constantFrom('application/json', 'text/event-stream', '*/*', 'application/*', 'text/*', 'text/html', 'junk', ''),
    fc.constantFrom('', ';q=0', ';q=0.001', '; q=1', ';q=x', ';charset=utf-8'),
  )
  const accept = fc.array(range, { maxLength: 4 }).map((ranges) => ranges.map((one) => one.join('')).join(', '))
  await fc.assert(
    fc.asyncProperty(accept, async (value) => {
      const { status, type, text } = await post(message('tools/list'), value)
      assert.ok([200, 406].includes(status), value)
      if (status === 200 && type === 'application/json') assert.ok(JSON.parse(text).result.tools, value)
      else if (status === 200) assert.match(text, /^event: message\ndata: /)
    }),
    { numRuns: 150 },
  )
})

test('a batch is answered as a list, and notifications without a body', async () => {
  const { text } = await post([message('ping'), { ...message('tools/list'), id: 'b' }], 'application/json')
  const answers = JSON.parse(text) as { id: unknown }[]
  assert.deepEqual(new Set(answers.map(({ id }) => id)), new Set([1, 'b']))
  const notice = { jsonrpc: '2.0', method: 'notifications/initialized' }
  assert.equal((await post(notice, 'application/json')).status, 202)
})

test('the path may end with a slash', async () => {
  for (const url of [`${shop.url}/`, `${shop.url}/?a=b`])
    assert.equal((await post(message('tools/list'), '*/*', {}, url)).status, 200)
  assert.equal((await post(message('tools/list'), '*/*', {}, `${shop.url}//`)).status, 404)
  const protectedShop = await serveMcp(oauthShop())
  const asked = await Promise.all(['', '/'].map((end) => post(message('ping'), '*/*', {}, protectedShop.url + end)))
  await protectedShop.close()
  assert.deepEqual(
    asked.map(({ status }) => status),
    [401, 401],
  )
  assert.match(asked[0]?.challenge ?? '', /resource_metadata="[^"]*\/\.well-known\/oauth-protected-resource\/mcp"/)
  assert.equal(asked[0]?.challenge, asked[1]?.challenge)
})

test('null for what is optional counts as left out', async () => {
  for (const [body, headers] of [
    [call({ item: 'tea', count: null, tags: null }), {}],
    [{ ...call({ item: 'tea' }), extra: null }, {}],
    [{ ...call({ item: 'tea' }), error: null, trace: 'x' }, {}],
    [message('tools/call', { name: 'addOrder', arguments: { item: 'tea' }, _meta: { progressToken: null } }), {}],
    [message('tools/call', { name: 'addOrder', arguments: { item: 'tea' }, _meta: null }), {}],
  ] as const) {
    const { status, text } = await post(body, 'application/json', headers)
    assert.equal(status, 200)
    assert.equal(JSON.parse(text).result.structuredContent?.count, 1, text)
  }
  for (const body of [{ ...message('tools/list'), params: null }, message('tools/list', { cursor: null })])
    assert.ok(JSON.parse((await post(body, 'application/json')).text).result.tools)
  const clientInfo = { name: 'client', version: '1', title: null, icons: null }
  for (const capabilities of [{ roots: null, sampling: null, elicitation: null }, { roots: { listChanged: null } }]) {
    const params = { protocolVersion: '2025-06-18', capabilities, clientInfo, _meta: null }
    const { text } = await post(message('initialize', params), 'application/json')
    assert.equal(JSON.parse(text).result?.protocolVersion, '2025-06-18', text)
  }
  const missing = await post(message('tools/call', { name: 'addOrder', arguments: null }), 'application/json')
  assert.match(missing.text, /item: is missing/)
  const required = await post(call({ item: null }), 'application/json')
  assert.equal(JSON.parse(required.text).result.isError, true)
})

test('what a refused origin is told can be done', async () => {
  const detail = async (origin: string) => {
    const { status, text } = await post(message('ping'), '*/*', { origin })
    assert.equal(status, 403)
    return JSON.parse(text).detail as string
  }
  const desktop = 'vscode-file://vscode-app'
  assert.match(await detail(desktop), /add the origin to CORS_ORIGINS/)
  const own = await serveMcp(openShop(), { corsOrigins: [desktop] })
  assert.equal((await post(message('ping'), '*/*', { origin: desktop }, own.url)).status, 200)
  await own.close()
  for (const origin of ['null', 'file://', 'evil.example', 'https://a.example/path'])
    assert.doesNotMatch(await detail(origin), /CORS_ORIGINS/, origin)
})
