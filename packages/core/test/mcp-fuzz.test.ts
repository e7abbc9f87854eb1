import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  createMcpHandler,
  type Implementation,
  ProtocolError,
  ProtocolErrorCode,
  Server,
  type Tool,
} from '@modelcontextprotocol/server'
import fc from 'fast-check'
import type { Call } from '../src/call.ts'
import { Deadlines } from '../src/deadline.ts'
import { callTool } from '../src/mcp/tool-call.ts'
import { fail } from '../src/operation.ts'
import { character } from './characters.ts'
import { openShop } from './fixture.ts'
import { serveMcp } from './mcp-fixture.ts'

const count = Number(process.env.FUZZ_REQUESTS ?? 250)
const seed = Number(process.env.FUZZ_SEED ?? 3)
const together = 32
const longest = 10_000

/** JSON-RPC 2.0 section 5.1, and those of MCP 2026-07-28. */
const codes = [-32700, -32600, -32601, -32602, -32603, -32000, -32004, -32020, -32021, -32022]

interface Sent {
  method: string
  headers: Record<string, string>
  body: string | undefined
}

const json = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
const methods = [
  'tools/call',
  'tools/list',
  'server/discover',
  'initialize',
  'ping',
  'notifications/initialized',
  'notifications/cancelled',
  'resources/read',
  'prompts/get',
  'logging/setLevel',
  'completion/complete',
  'tasks/get',
  '__proto__',
  'constructor',
  '',
]
const versions = ['2026-07-28', '2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05', '1999-01-01', 'x', '']
const value = fc.jsonValue({ maxDepth: 4 })
const names = fc.constantFrom(
  'findThings',
  'addOrder',
  'changeOrder',
  'deleteOrder',
  'nothing',
  '__proto__',
  'toString',
  '',
)

const meta = fc.oneof(
  fc.record(
    {
      'io.modelcontextprotocol/protocolVersion': fc.oneof(fc.constantFrom(...versions), value),
      'io.modelcontextprotocol/clientCapabilities': fc.oneof(fc.constant({}), value),
      'io.modelcontextprotocol/clientInfo': fc.oneof(fc.constant({ name: 'a', version: '1' }), value),
      progressToken: fc.oneof(fc.string(), fc.integer(), value),
    },
    { requiredKeys: [] },
  ),
  value,
)
const params = fc.oneof(
  fc.record(
    {
      name: fc.oneof(names, value),
      arguments: fc.oneof(fc.record({ item: value, id: value, count: value }), value),
      _meta: meta,
    },
    { requiredKeys: [] },
  ),
  value,
)
const method = fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...methods) }, { weight: 1, arbitrary: fc.string() })
const rpc = fc.record(
  {
    jsonrpc: fc.oneof({ weight: 9, arbitrary: fc.constant('2.0') }, { weight: 1, arbitrary: value }),
    id: fc.oneof(fc.integer(), fc.string(), value),
    method: fc.oneof({ weight: 9, arbitrary: method }, { weight: 1, arbitrary: value }),
    params,
  },
  { requiredKeys: [] },
)
const raw = fc.oneof(
  fc.string({ unit: character }),
  rpc.map((one) => JSON.stringify(one).slice(0, -1)),
  fc.integer({ min: 100, max: 60_000 }).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
  fc.integer({ min: 100, max: 30_000 }).map((depth) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`),
  fc.constantFrom('1e999', '"\\ud800"', '{"__proto__":{"a":1}}', 'null', '[]', '{}', '\ufeff{}', 'true', '[null]'),
  fc
    .constantFrom(1, 260_000, 300_000)
    .map((length) => JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'x'.repeat(length) })),
)
const body = fc.oneof(
  { weight: 12, arbitrary: rpc.map((one) => JSON.stringify(one)) },
  { weight: 2, arbitrary: fc.array(rpc, { maxLength: 25 }).map((all) => JSON.stringify(all)) },
  { weight: 3, arbitrary: raw },
)
const token = fc.string({ unit: fc.constantFrom(...'abcXYZ019-_./='), maxLength: 20 })
const anything: fc.Arbitrary<Sent> = fc.record({
  method: fc.oneof(
    { weight: 20, arbitrary: fc.constant('POST') },
    { weight: 1, arbitrary: fc.constantFrom('GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS') },
  ),
  headers: fc.record(
    {
      'content-type': fc.oneof(
        { weight: 9, arbitrary: fc.constant('application/json') },
        {
          weight: 1,
          arbitrary: fc.constantFrom('application/json; charset=latin1', 'text/plain', 'multipart/form-data', 'x'),
        },
      ),
      accept: fc.constantFrom(
        'application/json, text/event-stream',
        'application/json',
        'text/event-stream',
        '*/*',
        'x',
      ),
      'mcp-protocol-version': fc.oneof(fc.constantFrom(...versions), token),
      'mcp-method': fc.oneof(fc.constantFrom(...methods), token),
      'mcp-name': fc.oneof(names, token),
      'mcp-session-id': token,
      'last-event-id': token,
    },
    { requiredKeys: ['content-type', 'accept'] },
  ),
  body,
})

// Messages that pass the first checks: only what they ask for may be wrong.
const asked = fc.record({
  method: fc.oneof(
    { weight: 6, arbitrary: fc.constant('tools/call') },
    { weight: 4, arbitrary: fc.constantFrom(...methods, 'tools/none') },
  ),
  name: names,
  input: fc.oneof(
    fc.record({ item: value, id: value, count: value, query: value }, { requiredKeys: [] }),
    fc.record({ item: fc.string(), id: fc.integer(), count: fc.integer() }),
    value,
  ),
  id: fc.oneof(fc.integer(), fc.string()),
  progressToken: fc.option(fc.oneof(fc.string(), fc.integer()), { nil: undefined }),
})
const modern: fc.Arbitrary<Sent> = asked.map(({ method, name, input, id, progressToken }) => {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
    ...(progressToken !== undefined && { progressToken }),
  }
  return {
    method: 'POST',
    headers: { ...json, 'mcp-protocol-version': '2026-07-28', 'mcp-method': method, 'mcp-name': name },
    body: JSON.stringify({ jsonrpc: '2.0', id, method, params: { name, arguments: input, _meta } }),
  }
})
const earlier: fc.Arbitrary<Sent> = fc
  .tuple(asked, fc.constantFrom('2025-11-25', '2025-06-18', '2025-03-26'), fc.integer({ min: 1, max: 22 }))
  .map(([{ method, name, input, id, progressToken }, version, times]) => {
    const params = { name, arguments: input, ...(progressToken !== undefined && { _meta: { progressToken } }) }
    const one = { jsonrpc: '2.0', id, method, params }
    return {
      method: 'POST',
      headers: { ...json, 'mcp-protocol-version': version },
      body: JSON.stringify(times < 12 ? one : Array.from({ length: times - 11 }, () => one)),
    }
  })
const sent = fc.oneof(
  { weight: 4, arbitrary: modern },
  { weight: 3, arbitrary: earlier },
  { weight: 5, arbitrary: anything },
)

test(`${count} hostile messages are answered, each with a code that says why`, { timeout: 600_000 }, async (t) => {
  const shop = await serveMcp(openShop(), { rateLimit: 1e9 })
  t.after(shop.close)
  const statuses = new Map<number, number>()
  for (let from = 0; from < count; from += together) {
    const batch = fc.sample(sent, { numRuns: Math.min(together, count - from), seed: seed + from })
    await Promise.all(
      batch.map(async (one) => {
        const status = await judge(shop.url, one).catch((error) => {
          throw new Error(`${JSON.stringify(one).slice(0, 2000)}: ${error.message}`, { cause: error })
        })
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
      }),
    )
  }
  for (const status of [200, 202, 400, 404, 405, 406, 413, 415])
    assert.ok(statuses.has(status), `no message was answered with ${status}: ${JSON.stringify([...statuses])}`)
})

async function judge(url: string, { method, headers, body }: Sent): Promise<number> {
  const hasBody = method !== 'GET' && method !== 'OPTIONS'
  const answer = await fetch(url, {
    method,
    headers,
    ...(hasBody && body !== undefined && { body }),
    signal: AbortSignal.timeout(longest),
  })
  assert.ok(answer.status < 500, `it is answered with ${answer.status}`)
  const text = await answer.text()
  assert.doesNotMatch(text, /node:internal|node_modules|\n\s+at /, text)
  const type = answer.headers.get('content-type') ?? ''
  const messages = type.startsWith('text/event-stream')
    ? Array.from(text.matchAll(/^data: (.+)$/gm), ([, data]) => JSON.parse(data as string))
    : type.startsWith('application/json')
      ? [JSON.parse(text)].flat()
      : []
  if (answer.status >= 400 && type === 'application/problem+json') assert.ok(JSON.parse(text).detail)
  for (const { error } of messages) if (error) assert.ok(codes.includes(error.code), `the code ${error.code}: ${text}`)
  return answer.status
}

test(`${count} messages are answered as by a server of the SDK for each of them`, { timeout: 600_000 }, async (t) => {
  const shop = await serveMcp(openShop(), { rateLimit: 1e9 })
  t.after(shop.close)
  const reference = await serveBySdk(shop.url)
  // Not batches, in which ids repeat here, and no null for arguments, which the SDK refuses.
  const one = fc
    .oneof(modern, earlier)
    .filter(({ body = '' }) => body.startsWith('{') && !body.includes('"arguments":null'))
  for (const sent of fc.sample(one, { numRuns: count, seed })) {
    const init = { method: 'POST', headers: sent.headers, body: sent.body as string }
    const [ours, theirs] = await Promise.all([fetch(shop.url, init), reference(new Request(shop.url, init))])
    const what = JSON.stringify(sent)
    assert.equal(ours.status, theirs.status, what)
    assert.equal(ours.headers.get('content-type'), theirs.headers.get('content-type'), what)
    assert.deepEqual(withoutWords(await ours.text()), withoutWords(await theirs.text()), what)
  }
})

/** The arrangement in the documentation of the SDK, with the tools of the shop. */
async function serveBySdk(url: string): Promise<(request: Request) => Promise<Response>> {
  const plugin = openShop()
  const { body, headers } = message2026('tools/list')
  const { result } = (await (await fetch(url, { method: 'POST', headers, body })).json()) as {
    result: { tools: Tool[]; _meta: Record<string, Implementation> }
  }
  const handler = createMcpHandler(() => {
    const server = new Server(result._meta['io.modelcontextprotocol/serverInfo'] as Implementation, {
      capabilities: { tools: {} },
      instructions: plugin.descriptionForModel,
      cacheHints: {
        'tools/list': { ttlMs: 300_000, cacheScope: 'public' },
        'server/discover': { ttlMs: 300_000, cacheScope: 'public' },
      },
    })
    server.setRequestHandler('tools/list', () => ({ tools: result.tools }))
    server.setRequestHandler('tools/call', ({ params }, { mcpReq }) => {
      const operation = plugin.operations.find(({ id }) => id === params.name)
      if (!operation) throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'no such tool')
      const call = { fail, signal: mcpReq.signal, log: { error() {} }, progress() {} } as unknown as Call
      return callTool(plugin, operation, params.arguments ?? {}, call, new Deadlines())
    })
    return server
  })
  return (request) => handler.fetch(request)
}

function message2026(method: string): { body: string; headers: Record<string, string> } {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const headers = { ...json, 'mcp-protocol-version': '2026-07-28', 'mcp-method': method }
  return { body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { _meta } }), headers }
}

/** The messages of an answer, without the words of errors. */
function withoutWords(text: string): unknown[] {
  const messages = text.startsWith('{')
    ? [text]
    : Array.from(text.matchAll(/^data: (.+)$/gm), ([, data]) => data as string)
  return messages.map((one) => {
    const { error, ...rest } = JSON.parse(one)
    return error === undefined ? rest : { ...rest, code: error.code }
  })
}
