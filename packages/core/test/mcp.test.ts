import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { definePlugin, none, operation, type Plugin } from '../src/index.ts'
import { createDiagnosticPlugin } from './diagnostic-plugin.ts'
import { oauthShop, openShop, serviceSecret, serviceShop, userSecret } from './fixture.ts'
import { type Era, eras, message, modern, serveMcp, textOf } from './mcp-fixture.ts'

for (const era of Object.keys(eras) as Era[]) {
  test(`${era}: the official client lists and calls the operations`, async (t) => {
    const shop = await serveMcp(openShop())
    t.after(shop.close)
    const client = await shop.connect(era)
    assert.equal(client.getServerVersion()?.name, 'shop')
    assert.equal(client.getInstructions(), 'Orders things. Ask before you order.')
    const { tools } = await client.listTools()
    assert.deepEqual(
      tools.map(({ name }) => name),
      ['findThings', 'addOrder', 'changeOrder', 'deleteOrder', 'breakDown'],
    )
    const change = tools.find(({ name }) => name === 'changeOrder')
    assert.equal(change?.title, 'Change an order')
    assert.equal(change?.description, 'Change an order')
    assert.deepEqual(change?.inputSchema, {
      type: 'object',
      properties: {
        id: { type: 'integer', minimum: 1, maximum: 1000, description: 'The id of an order' },
        item: { type: 'string', minLength: 1, maxLength: 20, description: 'What to order' },
      },
      required: ['id', 'item'],
      additionalProperties: false,
    })
    assert.deepEqual(change?.annotations, {
      title: 'Change an order',
      readOnlyHint: false,
      destructiveHint: false,
      idempotentHint: false,
      openWorldHint: false,
    })
    const remove = tools.find(({ name }) => name === 'deleteOrder')
    assert.equal(remove?.annotations?.destructiveHint, true)
    assert.ok(!JSON.stringify(tools).includes('$ref'), 'references are inlined')

    const added = await client.callTool({ name: 'addOrder', arguments: { item: 'tea', count: 2 } })
    assert.deepEqual(added.structuredContent, { order: { id: 1, item: 'tea' }, count: 2 })
    assert.deepEqual(JSON.parse(textOf(added)), added.structuredContent)
    await client.close()
  })

  test(`${era}: errors reach the model, except for details of server faults`, async (t) => {
    const shop = await serveMcp(openShop())
    t.after(shop.close)
    const client = await shop.connect(era)
    const said = async (name: string, input: Record<string, unknown>) => {
      const result = await client.callTool({ name, arguments: input })
      assert.equal(result.isError, true)
      assert.equal(result.structuredContent, undefined)
      return textOf(result)
    }
    assert.equal(
      await said('changeOrder', { id: 10, item: 'tea' }),
      'Not Found (404). No order has the id 10: list them first',
    )
    assert.match(
      await said('changeOrder', { id: 'x' }),
      /^Bad Request \(400\)\. Correct the input .*id: .*item: is missing/,
    )
    for (const kind of ['throw', 'misfit', 'long'])
      assert.equal(
        await said('breakDown', { kind }),
        'Internal Server Error (500). The service failed. The failure is logged; try other input',
      )
    assert.match(shop.log(), /hunter2/)
    await assert.rejects(client.callTool({ name: 'nothing', arguments: {} }), {
      code: -32602,
      message: /tool nothing does not exist/,
    })
    await client.close()
  })

  test(`${era}: a slow operation reports progress, and ends when the caller disconnects`, async (t) => {
    const shop = await serveMcp(createDiagnosticPlugin())
    t.after(shop.close)
    const client = await shop.connect(era)
    const seen: unknown[] = []
    const call = { name: 'test_tool_with_progress', arguments: {} }
    const done = await client.callTool(call, { onprogress: (one) => seen.push(one) })
    assert.deepEqual(done.structuredContent, { said: 'done' })
    assert.deepEqual(
      seen,
      [0, 50, 100].map((progress) => ({ progress, total: 100, message: `${progress} of 100` })),
    )
    const content = await client.callTool({ name: 'test_multiple_content_types', arguments: {} })
    assert.deepEqual(
      (content.content as { type: string }[]).map(({ type }) => type),
      ['text', 'image', 'resource'],
    )
    await client.close()
  })

  test(`${era}: a cancelled call is aborted in the handler`, async (t) => {
    const { promise, resolve } = Promise.withResolvers<string>()
    const shop = await serveMcp(waiting((reason) => resolve(reason)))
    t.after(shop.close)
    const client = await shop.connect(era)
    const abort = new AbortController()
    const call = client.callTool({ name: 'wait', arguments: {} }, { signal: abort.signal })
    setTimeout(() => abort.abort(), 100)
    await assert.rejects(call)
    // Before 2026 a cancellation is a message of its own, which finds no session here: closing the connection does it.
    await client.close()
    assert.equal(await promise, 'stopped')
  })

  test(`${era}: without a valid token nothing is listed or called`, async (t) => {
    const shop = await serveMcp(serviceShop())
    t.after(shop.close)
    await assert.rejects(shop.connect(era))
    const client = await shop.connect(era, `Bearer ${serviceSecret}`)
    assert.equal((await client.listTools()).tools.length, 5)
    const { tools } = await client.listTools()
    assert.ok(
      tools.every((tool) => !('securitySchemes' in tool)),
      'ChatGPT refuses what it does not know',
    )
    await client.close()
    for (const authorization of [undefined, 'Bearer wrong', `Basic ${btoa('a:b')}`]) {
      const { body, headers } = modern('tools/list')
      const answer = await shop.post(body, { ...headers, ...(authorization && { authorization }) })
      assert.equal(answer.status, 401)
      assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer realm="plugin"/)
    }
  })
}

function waiting(ended: (reason: string) => void): Plugin {
  return definePlugin({
    ...openShop(),
    auth: none(),
    operations: {
      wait: operation('GET /wait', {
        openWorld: false,
        summary: 'Wait',
        input: z.object({}),
        output: z.object({}),
        async handler(_, { signal }) {
          await sleep(5_000, undefined, { signal }).catch(() => {})
          ended(signal.aborted ? 'stopped' : 'went on')
          return {}
        },
      }),
    },
  })
}

test('with OAuth a refusal names the sign-in and the missing scopes', async (t) => {
  const shop = await serveMcp(oauthShop())
  t.after(shop.close)
  const list = modern('tools/list')
  const refused = await shop.post(list.body, list.headers)
  assert.equal(refused.status, 401)
  assert.equal(
    refused.headers.get('www-authenticate'),
    'Bearer realm="plugin", resource_metadata="https://shop.example.com/.well-known/oauth-protected-resource/mcp", ' +
      'scope="orders:read orders:write"',
  )
  const authorization = `Bearer ${userSecret}`
  const listed = (await (await shop.post(list.body, { ...list.headers, authorization })).json()) as {
    result: { tools: { name: string; securitySchemes: unknown; _meta: { securitySchemes: unknown } }[] }
  }
  for (const { name, securitySchemes, _meta } of listed.result.tools) {
    assert.deepEqual(securitySchemes, [
      { type: 'oauth2', scopes: [name === 'whoAmI' ? 'orders:read' : 'orders:write'] },
    ])
    assert.deepEqual(_meta.securitySchemes, securitySchemes)
  }
  for (const { body, headers } of [
    modern('tools/call', { name: 'placeOrder', arguments: {} }),
    { body: message('tools/call', { name: 'placeOrder', arguments: {} }), headers: {} },
    { body: [message('ping'), message('tools/call', { name: 'placeOrder', arguments: {} })], headers: {} },
  ]) {
    const lacking = await shop.post(body, { ...headers, authorization })
    assert.equal(lacking.status, 403)
    assert.equal(
      lacking.headers.get('www-authenticate'),
      'Bearer realm="plugin", error="insufficient_scope", scope="orders:write", ' +
        'resource_metadata="https://shop.example.com/.well-known/oauth-protected-resource/mcp"',
    )
  }
  const who = modern('tools/call', { name: 'whoAmI', arguments: {} })
  const answer = (await (await shop.post(who.body, { ...who.headers, authorization })).json()) as {
    result: { structuredContent: unknown }
  }
  assert.deepEqual(answer.result.structuredContent, { id: 'ada' })
})

test('pages of other sites, other hosts and other methods are refused', async (t) => {
  const shop = await serveMcp(openShop(), { development: true })
  t.after(shop.close)
  const { body, headers } = modern('tools/list')
  const status = async (more: Record<string, string>) => (await shop.post(body, { ...headers, ...more })).status
  assert.equal(await status({ origin: 'https://evil.example.com' }), 403)
  assert.equal(await status({ origin: 'null' }), 403)
  for (const origin of ['https://chatgpt.com', 'http://localhost:6274', new URL(shop.url).origin])
    assert.equal(await status({ origin }), 200, origin)
  const strict = await serveMcp(openShop())
  t.after(strict.close)
  assert.equal((await strict.post(body, { ...headers, origin: 'http://localhost:6274' })).status, 403)

  for (const method of ['GET', 'DELETE', 'PUT']) {
    const answer = await fetch(shop.url, { method, headers: { accept: 'text/event-stream' } })
    assert.equal(answer.status, 405, method)
    assert.equal(answer.headers.get('allow'), 'POST, OPTIONS')
  }
  const preflight = await fetch(shop.url, {
    method: 'OPTIONS',
    headers: {
      origin: 'http://localhost:6274',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type,mcp-protocol-version,mcp-method,mcp-name',
    },
  })
  assert.equal(preflight.headers.get('access-control-allow-origin'), 'http://localhost:6274')
  for (const name of ['mcp-protocol-version', 'mcp-method', 'mcp-name', 'authorization'])
    assert.ok(preflight.headers.get('access-control-allow-headers')?.includes(name), name)
})

test('messages that cannot be read are refused with the codes of JSON-RPC', async (t) => {
  const shop = await serveMcp(openShop())
  t.after(shop.close)
  const { body, headers } = modern('tools/list')
  const cases: [what: string, body: unknown, headers: Record<string, string>, status: number, code?: number][] = [
    ['broken JSON', '{"jsonrpc": ', {}, 400, -32700],
    ['no body', '', {}, 400, -32700],
    ['a number', '5', {}, 400, -32600],
    ['too many messages', Array.from({ length: 21 }, () => message('ping')), {}, 400, -32600],
    ['an unknown method', modern('tools/none').body, modern('tools/none').headers, 404, -32601],
    ['another method in the header', body, { ...headers, 'mcp-method': 'tools/call' }, 400, -32020],
    ['no method in the header', body, { 'mcp-protocol-version': '2026-07-28' }, 400, -32020],
    ['a version that is none', body, { ...headers, 'mcp-protocol-version': '1999-01-01' }, 400],
    ['a name that is no text', message('tools/call', { name: { toString: 1 } }), {}, 200, -32602],
    ['form data', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['too much', `"${'x'.repeat(300_000)}"`, {}, 413],
  ]
  for (const [what, sent, more, status, code] of cases) {
    const answer = await shop.post(sent, more)
    assert.equal(answer.status, status, what)
    const text = await answer.text()
    const said = JSON.parse(/^data: (.+)$/m.exec(text)?.[1] ?? text) as {
      error?: { code: number; message: string }
      detail?: string
    }
    if (code !== undefined) assert.equal(said.error?.code, code, what)
    assert.ok(said.error?.message ?? said.detail, what)
  }
})

test('what the headers repeat must be there and right, in the protocol of 2026', async (t) => {
  const shop = await serveMcp(openShop())
  t.after(shop.close)
  const { body, headers } = modern('tools/call', { name: 'addOrder', arguments: { item: 'tea' } })
  const answerOf = async (more: Record<string, string | undefined>, sent: unknown = body) => {
    const all = Object.entries({ ...headers, ...more }).filter(([, value]) => value !== undefined)
    const answer = await shop.post(sent, Object.fromEntries(all) as Record<string, string>)
    const { error, id } = (await answer.json()) as { error?: { code: number; data?: unknown }; id: unknown }
    return { status: answer.status, code: error?.code, data: error?.data, id }
  }
  const encoded = (text: string) => `=?base64?${Buffer.from(text).toString('base64')}?=`
  for (const name of ['addOrder', encoded('addOrder')])
    assert.equal((await answerOf({ 'mcp-name': name })).status, 200, name)
  for (const wrong of [
    { 'mcp-name': undefined },
    { 'mcp-name': 'findThings' },
    { 'mcp-name': encoded('findThings') },
    { 'mcp-name': '=?base64?%%?=' },
    { 'mcp-method': undefined },
    { 'mcp-method': 'tools/list' },
    { 'mcp-protocol-version': undefined },
    { 'mcp-protocol-version': '2025-11-25' },
  ]) {
    const { status, code, id } = await answerOf(wrong)
    assert.deepEqual([status, code, id], [400, -32020, 1], JSON.stringify(wrong))
  }

  const claim = (members: object) => ({ ...body, params: { ...body.params, _meta: members } })
  const version = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' }
  const incomplete = [version, { ...version, 'io.modelcontextprotocol/clientCapabilities': { sampling: 5 } }]
  for (const meta of incomplete) {
    const { status, code, id } = await answerOf({}, claim(meta))
    assert.deepEqual([status, code, id], [400, -32602, 1], JSON.stringify(meta))
  }
  const later = { ...(body.params as { _meta: object })._meta, 'io.modelcontextprotocol/protocolVersion': '2027-01-01' }
  assert.deepEqual(await answerOf({ 'mcp-protocol-version': '2027-01-01' }, claim(later)), {
    status: 400,
    code: -32022,
    data: { supported: ['2026-07-28'], requested: '2027-01-01' },
    id: 1,
  })
})

test('a subscription is acknowledged and ends, because nothing changes', async (t) => {
  const shop = await serveMcp(openShop())
  t.after(shop.close)
  const { body, headers } = modern('subscriptions/listen', { notifications: { toolsListChanged: true } })
  const text = await (await shop.post({ ...body, id: 'mine' }, headers)).text()
  const [acknowledged, ended] = Array.from(text.matchAll(/^data: (.+)$/gm), ([, data]) => JSON.parse(data as string))
  assert.equal(acknowledged.method, 'notifications/subscriptions/acknowledged')
  assert.deepEqual(acknowledged.params, {
    notifications: {},
    _meta: { 'io.modelcontextprotocol/subscriptionId': 'mine' },
  })
  assert.equal(ended.id, 'mine')
  assert.equal(ended.result.resultType, 'complete')
  assert.equal(ended.result._meta['io.modelcontextprotocol/subscriptionId'], 'mine')
  const nothing = modern('subscriptions/listen')
  const refused = await shop.post(nothing.body, nothing.headers)
  assert.equal(((await refused.json()) as { error: { code: number } }).error.code, -32602)
})

test('a message about the session is alone in its request', async (t) => {
  const shop = await serveMcp(openShop())
  t.after(shop.close)
  const clientInfo = { name: 'a', version: '1' }
  const start = message('initialize', { protocolVersion: '2025-03-26', capabilities: {}, clientInfo })
  const answer = await shop.post([start, message('ping')])
  assert.equal(answer.status, 400)
  assert.equal(((await answer.json()) as { error: { code: number } }).error.code, -32600)
})

test('each message of a batch counts', async (t) => {
  const shop = await serveMcp(openShop(), { rateLimit: 8 })
  t.after(shop.close)
  const batch = Array.from({ length: 5 }, () => message('ping'))
  assert.equal((await shop.post(batch)).status, 200)
  const refused = await shop.post(batch)
  assert.equal(refused.status, 429)
  assert.ok(refused.headers.get('retry-after'))
})
