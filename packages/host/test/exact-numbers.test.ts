import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, beforeEach, test } from 'node:test'
import { createMcpHandler, Server } from '@modelcontextprotocol/server'
import { checkArguments, type DocumentOperation, toMcpDocument } from '@reference-plugins/reader'
import { parseExact } from '@reference-plugins/reader/exact-json'
import fc from 'fast-check'
import { readFile } from '../src/replay/conversation-file.ts'
import { replay } from '../src/replay/replay.ts'
import { fromStrict, toTool } from '../src/tools/tool.ts'
import type { Call, Conversation, PluginDetail, RegistrationEvent, TurnEvent } from '../src/wire.ts'
import { fieldsOf, readForm } from '../web/src/operation/form-fields.ts'
import { type Browser, type ServedHost, serveHost } from './fixture.ts'
import { type ScriptedTurn, type ServedModel, serveModel } from './models/openai-double.ts'

const id = '9007199254740993'

let close: (() => void)[] = []
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  close.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://localhost:${(server.address() as AddressInfo).port}`
}

/** What the API and the MCP server have been sent, as it came. */
let sent: string[] = []
/** What both answer to a call, as JSON. */
let answer = `{"id":${id}}`

const idSchema = { type: 'integer', format: 'int64' }
const rowSchema = { type: 'object', properties: { parent: idSchema, more: { type: 'array', items: {} } } }
const serveRows = async () => {
  const url = await serve(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString()
    if (request.method === 'OPTIONS') return void response.end()
    response.setHeader('content-type', 'application/json')
    if (request.url === '/openapi.json') return void response.end(JSON.stringify(spec))
    sent.push(`${request.method} ${request.url} ${body}`.trim())
    response.end(answer)
  })
  const path = { name: 'id', in: 'path', required: true, schema: idSchema }
  const responses = { 200: { description: 'ok' } }
  const spec = {
    openapi: '3.0.3',
    info: { title: 'Rows', version: '1' },
    servers: [{ url }],
    paths: {
      '/rows/{id}': {
        parameters: [path],
        get: { operationId: 'getRow', summary: 'Read a row', responses },
        delete: { operationId: 'deleteRow', summary: 'Delete a row', responses },
        put: {
          operationId: 'setRow',
          summary: 'Change a row',
          responses,
          requestBody: { content: { 'application/json': { schema: rowSchema } } },
        },
      },
    },
  }
  return `${url}/openapi.json`
}

/** An MCP server of the official SDK, which answers with exact numbers. */
const serveMcp = async (responseMode: 'json' | 'sse') => {
  const handler = createMcpHandler(
    () => {
      const server = new Server({ name: 'rows', version: '1' }, { capabilities: { tools: {} } })
      server.setRequestHandler('tools/list', () => ({
        tools: [
          { name: 'getRow', description: 'Reads a row', inputSchema: { type: 'object', properties: { id: idSchema } } },
        ],
      }))
      server.setRequestHandler('tools/call', () => ({
        content: [{ type: 'text', text: answer }],
        structuredContent: parseExact(answer) as Record<string, unknown>,
      }))
      return server
    },
    { responseMode },
  )
  const url = await serve(async (request, response) => {
    const body = Buffer.concat(await request.toArray())
    if (/tools\/call/.test(String(body))) sent.push(String(body))
    const headers = request.headers as Record<string, string>
    const method = request.method ?? 'GET'
    const answered = await handler.fetch(
      new Request(`http://${request.headers.host}${request.url}`, {
        method,
        headers,
        ...(body.length > 0 && { body }),
      }),
    )
    response.writeHead(answered.status, Object.fromEntries(answered.headers))
    response.end(Buffer.from(await answered.arrayBuffer()))
  })
  return `${url}/mcp`
}

let host: ServedHost
let model: ServedModel
let script: ScriptedTurn[] = []
let count = 0
let browser: Browser
let rows: PluginDetail

async function register(address: string): Promise<PluginDetail> {
  const end = (await browser.events<RegistrationEvent>('/api/registrations', { address })).at(-1)
  assert.ok(end?.type === 'end' && end.registration.isReady, JSON.stringify(end))
  const plugin = await browser.send<PluginDetail>('POST', `/api/registrations/${end.registration.id}/approve`, {})
  await browser.send('PUT', `/api/plugins/${plugin.id}/activation`, {})
  return plugin
}
before(async () => {
  model = await serveModel((_, index) => script[index - count] ?? { text: 'Done.' })
  host = await serveHost({
    environment: { OPENAI_BASE_URL: model.baseUrl, OPENAI_MODEL: 'double-1', OLLAMA_HOST: '127.0.0.1:1' },
  })
  browser = host.browser()
  rows = await register(await serveRows())
})
after(async () => {
  await host.close()
  model.close()
  for (const one of close) one()
  close = []
})
beforeEach(() => {
  count = model.calls.length
  sent = []
  answer = `{"id":${id}}`
})

const begin = async (): Promise<string> => (await browser.send<Conversation>('POST', '/api/conversations', {})).id
const waiting = (events: TurnEvent[]) =>
  events.flatMap((event) => (event.type === 'call' && event.call.state === 'waiting' ? [event.call] : [])).at(-1)
const allow = (conversation: string, call: Call | undefined) =>
  browser.events<TurnEvent>(`/api/conversations/${conversation}/calls/${call?.id}/decision`, {
    decision: 'allow',
    digest: call?.ask?.digest,
  })
/** Calls an operation by hand, with a body as the page writes it. */
async function callByHand(conversation: string, plugin: PluginDetail, operation: string, given: string) {
  const response = await browser.raw('POST', `/api/conversations/${conversation}/calls`, {
    headers: { 'content-type': 'application/json' },
    body: `{"plugin":"${plugin.id}","operation":"${operation}","arguments":${given}}`,
  })
  const text = await response.text()
  assert.equal(response.status, 200, text)
  return text.split('\n\n').flatMap((one) => (one.startsWith('data: ') ? [parseExact(one.slice(6)) as TurnEvent] : []))
}
const resultOf = (events: TurnEvent[]) =>
  events.flatMap((event) => (event.type === 'call' && event.call.state === 'done' ? [event.call.result] : [])).at(-1)

test('an id that the model reads and gives again is the same id, also after a confirmation and a restart', async () => {
  const tools = { get: `Rows__getRow`, remove: `Rows__deleteRow` }
  script = [
    { calls: [{ name: tools.get, arguments: `{"id": ${id}}` }] },
    { calls: [{ name: tools.remove, arguments: `{"id": ${id}}` }] },
  ]
  const conversation = await begin()
  const asked = waiting(
    await browser.events<TurnEvent>(`/api/conversations/${conversation}/messages`, { text: 'Delete it' }),
  )
  assert.equal(asked?.ask?.arguments, `{\n  "id": ${id}\n}`)
  const seen = model.calls.at(-1)?.body.messages ?? []
  assert.equal(seen.at(-1)?.content, `{"id":${id}}`)
  assert.equal(seen.at(-2)?.tool_calls?.[0]?.function.arguments, `{"id":${id}}`)
  await allow(conversation, asked)
  assert.deepEqual(sent, [`GET /rows/${id}`, `DELETE /rows/${id}`])
  const stored = await (await browser.raw('GET', `/api/conversations/${conversation}`)).text()
  assert.equal(stored.match(new RegExp(`"arguments":{"id":${id}}`, 'g'))?.length, 2)
  const prompt = await (await browser.raw('GET', `/api/conversations/${conversation}/prompt?text=x`)).text()
  assert.ok(prompt.includes(id) && !prompt.includes('9007199254740992'))
  const file = await (await browser.raw('GET', `/api/conversations/${conversation}/file`)).text()
  assert.equal(file.match(new RegExp(`"id": ${id}`, 'g'))?.length, 4)
})

test('numbers of every length come and go through the API, the model and the host with all their digits', async () => {
  const digits = (least: number, most: number) => fc.stringMatching(new RegExp(`^[1-9][0-9]{${least},${most}}[1-9]$`))
  const number = fc
    .tuple(
      fc.constantFrom('', '-'),
      digits(0, 40),
      fc.oneof(fc.constant(''), fc.stringMatching(/^\.[0-9]{1,30}[1-9]$/), fc.constantFrom('e400', 'e-400', 'E+999')),
    )
    .map((parts) => parts.join(''))
  const numbers = [...fc.sample(number, 150), '9223372036854775807', '18446744073709551616', '5e-324', '-0.1']
  answer = `{"list":[${numbers.join(',')}]}`
  const given = (quoted: boolean) => `{"id":${id},"more":[${numbers.join(',')}],"parent":${quoted ? `"${id}"` : id}}`
  script = [
    { calls: [{ name: 'Rows__getRow', arguments: `{"id":${id}}` }] },
    { calls: [{ name: 'Rows__setRow', arguments: given(false) }] },
  ]
  const conversation = await begin()
  const events = await browser.events<TurnEvent>(`/api/conversations/${conversation}/messages`, { text: 'Copy it' })
  assert.ok(model.calls.at(-1)?.raw.includes(numbers.join(',')), 'the model reads them')
  await allow(conversation, waiting(events))
  await allow(conversation, waiting(await callByHand(conversation, rows, 'setRow', given(true))))
  const body = `{"parent":${id},"more":[${numbers.join(',')}]}`
  assert.deepEqual(sent.slice(1), [`PUT /rows/${id} ${body}`, `PUT /rows/${id} ${body}`])
})

test('ids that a user gives by hand are called as they were given, as numbers and as texts', async () => {
  const ids = fc.stringMatching(/^-?[1-9][0-9]{15,39}$/)
  const conversation = await begin()
  await fc.assert(
    fc.asyncProperty(ids, fc.constantFrom('', '"'), async (one, quote) => {
      sent = []
      const given = `${quote}${one}${quote}`
      const events = await callByHand(
        conversation,
        rows,
        'setRow',
        `{"id":${given},"parent":${given},"more":[1.5,${one}]}`,
      )
      await allow(conversation, waiting(events))
      assert.deepEqual(sent, [`PUT /rows/${one} {"parent":${one},"more":[1.5,${one}]}`])
    }),
    { numRuns: 15 },
  )
})

test('a body that is nested too deeply is refused', async () => {
  const deep = `${'['.repeat(100_000)}${id}${']'.repeat(100_000)}`
  const { status } = await browser.raw('POST', `/api/conversations/${await begin()}/calls`, {
    headers: { 'content-type': 'application/json' },
    body: `{"plugin":"${rows.id}","operation":"setRow","arguments":{"more":${deep}}}`,
  })
  assert.equal(status, 400)
})

for (const mode of ['json', 'sse'] as const)
  test(`a tool of an MCP server that answers with ${mode} is given, and gives, exact numbers`, async () => {
    const plugin = await register(await serveMcp(mode))
    const numbers = `{"id":${id},"price":0.1234567890123456789,"all":[1e400,{"id":-12345678901234567890}],"small":1}`
    answer = numbers
    const conversation = await begin()
    const done = await allow(conversation, waiting(await callByHand(conversation, plugin, 'getRow', `{"id":${id}}`)))
    assert.equal(resultOf(done), numbers)
    assert.equal(sent.length, 1)
    assert.match(sent[0] ?? '', new RegExp(`"arguments":{"id":${id}}`))
  })

test('what strict function calling makes a model write is decoded with exact numbers', async () => {
  const map = { type: 'object', additionalProperties: idSchema }
  const either = { anyOf: [idSchema, { type: 'string' }] }
  const deep = { type: 'object', properties: { id: idSchema, any: {} }, required: ['id'] }
  const { operations } = toMcpDocument(
    { url: 'https://a.test/mcp', name: 'a', title: 'A', instructions: '', hasToken: false },
    [{ name: 'a', inputSchema: { type: 'object', properties: { map, either, deep, id: idSchema } } }],
  )
  const [operation] = operations as [DocumentOperation]
  fc.assert(
    fc.property(fc.stringMatching(/^-?[1-9][0-9]{15,39}$/), fc.constantFrom('openai', 'anthropic'), (one, style) => {
      const written = `{"map":"{\\"a\\":${one}}","either":${one},"deep":{"id":${one},"any":"[${one}]"},"id":null}`
      assert.equal(toTool({ name: 'a' }, operation, style).strict, true)
      const { arguments: given, faults } = checkArguments(operation, fromStrict(operation, parseExact(written), style))
      assert.deepEqual(faults, [])
      assert.equal(JSON.stringify(given), `{"map":{"a":${one}},"either":${one},"deep":{"id":${one},"any":[${one}]}}`)
    }),
    { numRuns: 30 },
  )
})

test('the form of the page reads numbers of any length', () => {
  const ids = { type: 'array', items: { type: 'integer' } }
  const fields = fieldsOf({ type: 'object', properties: { id: { type: 'integer' }, ids, more: {} } })
  const read = (values: Record<string, string>) => readForm(fields, values)
  assert.equal(
    JSON.stringify(read({ id: ` ${id} `, ids: `${id}\n7`, more: `{"id":${id}}` }).arguments),
    `{"id":${id},"ids":[${id},7],"more":{"id":${id}}}`,
  )
  assert.deepEqual(read({ id: '+5' }).arguments, { id: 5 })
  for (const text of ['five', `+${id}`, `0${id}`, '0x20000000000001'])
    assert.equal(read({ id: text }).faults.id, 'Enter a number')
})

test('a recorded conversation with exact numbers is replayed with the new ids', async () => {
  const call = (operation: string, given: string, answered: string) =>
    `### rows.${operation}\n\n\`\`\`json\n${given}\n\`\`\`\n\nAnswer 200\n\n\`\`\`json\n${answered}\n\`\`\`\n`
  const script = readFile(
    `# Rows\n\n- rows: x\n\n${call('addRow', '{}', `{"id": ${id}}`)}\n${call('getRow', `{"id": ${id}}`, `{"id": ${id}}`)}`,
  )
  const given: string[] = []
  const replayed = await replay(script, async (one) => {
    given.push(JSON.stringify(one.arguments))
    return { status: 200, body: '{"id":9007199254740995}', result: '' }
  })
  assert.deepEqual(given, ['{}', '{"id":9007199254740995}'])
  assert.deepEqual(
    replayed.flatMap(({ faults }) => faults),
    [],
  )
})
