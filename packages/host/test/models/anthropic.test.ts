import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { parseExact } from '@reference-plugins/reader/exact-json'
import { findModels } from '../../src/models/find-models.ts'
import type { ModelEvent } from '../../src/models/model.ts'
import { openModel } from '../../src/models/open-model.ts'

type Sent = { system: unknown; messages: { role: string; content: { type: string }[] }[]; tools?: { name: string }[] }

/** A server with the streaming protocol of Anthropic's messages. */
async function serveMessages(events: object[] | { status: number; body: object }) {
  const sent: { key: unknown; body: Sent }[] = []
  const server = createServer(async (request, response) => {
    if (request.url === '/v1/models')
      return void response.end(JSON.stringify({ data: [{ type: 'model', id: 'claude-double' }] }))
    let text = ''
    for await (const chunk of request) text += chunk
    sent.push({ key: request.headers['x-api-key'], body: JSON.parse(text) })
    if (!Array.isArray(events)) {
      response.writeHead(events.status, { 'content-type': 'application/json', 'retry-after': '0' })
      return void response.end(JSON.stringify(events.body))
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const event of events)
      response.write(`event: ${(event as { type: string }).type}\ndata: ${JSON.stringify(event)}\n\n`)
    response.end()
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    origin,
    sent,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

const start = {
  type: 'message_start',
  message: {
    id: 'm',
    type: 'message',
    role: 'assistant',
    model: 'claude-double',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 5, output_tokens: 1 },
  },
}
const end = (reason: string) => [
  { type: 'message_delta', delta: { stop_reason: reason, stop_sequence: null }, usage: { output_tokens: 9 } },
  { type: 'message_stop' },
]
const tool = {
  name: 'todo__getTodos',
  description: 'Reads',
  parameters: {
    type: 'object',
    properties: { username: { type: 'string' } },
    required: ['username'],
    additionalProperties: false,
  },
  strict: true,
}

async function listen(origin: string): Promise<ModelEvent[]> {
  const events: ModelEvent[] = []
  const model = openModel({ provider: 'anthropic', baseUrl: `${origin}/v1`, model: 'claude-double', apiKey: 'key-1' })
  const messages = [
    { role: 'user' as const, text: 'Hi' },
    { role: 'assistant' as const, text: '', calls: [{ id: 'a', name: tool.name, arguments: { username: 'ada' } }] },
    { role: 'tool' as const, callId: 'a', name: tool.name, text: '{"todos":[]}' },
  ]
  for await (const event of model.stream({
    system: 'Be kind',
    messages,
    tools: [tool],
    signal: AbortSignal.timeout(20_000),
  }))
    events.push(event)
  return events
}

test('text and calls become the same events as from other models, and are sent back in the form of Anthropic', async () => {
  const { origin, sent, close } = await serveMessages([
    start,
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'ping' },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Let me ' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'see.' } },
    { type: 'content_block_stop', index: 0 },
    {
      type: 'content_block_start',
      index: 1,
      content_block: { type: 'tool_use', id: 'toolu_1', name: tool.name, input: {} },
    },
    { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: '{"user' } },
    { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: 'name":"ada"}' } },
    { type: 'content_block_stop', index: 1 },
    ...end('tool_use'),
  ])
  assert.deepEqual(await listen(origin), [
    { type: 'text', delta: 'Let me ' },
    { type: 'text', delta: 'see.' },
    { type: 'call', id: 'toolu_1', name: tool.name, arguments: { username: 'ada' } },
    { type: 'end', reason: 'tool-calls' },
  ])
  close()
  const [{ key, body } = { key: '', body: {} as Sent }] = sent
  assert.equal(key, 'key-1')
  assert.match(JSON.stringify(body.system), /Be kind/)
  assert.deepEqual(
    body.messages.map(({ role, content }) => [role, content.map(({ type }) => type)]),
    [
      ['user', ['text']],
      ['assistant', ['tool_use']],
      ['user', ['tool_result']],
    ],
  )
  assert.equal(body.tools?.[0]?.name, tool.name)
})

test('arguments that a server sends whole keep their numbers', async () => {
  const input = parseExact('{"ids":[9007199254740993,1],"username":"ada"}')
  const block = { type: 'tool_use', id: 'toolu_1', name: tool.name, input }
  const { origin, close } = await serveMessages([
    start,
    { type: 'content_block_start', index: 0, content_block: block },
    { type: 'content_block_stop', index: 0 },
    ...end('tool_use'),
  ])
  const [call, last] = await listen(origin)
  close()
  assert.ok(call?.type === 'call' && last?.type === 'end')
  assert.equal(JSON.stringify(call.arguments), JSON.stringify(input))
})

test('numbers in arguments are exact, as the model writes them and as they are sent back', async () => {
  const number = '9007199254740993'
  const { origin, close } = await serveMessages([
    start,
    {
      type: 'content_block_start',
      index: 0,
      content_block: { type: 'tool_use', id: 'toolu_1', name: tool.name, input: {} },
    },
    { type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: '{"id":900719925' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: '4740993}' } },
    { type: 'content_block_stop', index: 0 },
    ...end('tool_use'),
  ])
  const [call] = await listen(origin)
  close()
  assert.ok(call?.type === 'call')
  assert.equal(JSON.stringify(call.arguments), `{"id":${number}}`)
  const model = openModel({ provider: 'anthropic', baseUrl: `${origin}/v1`, model: 'claude-double', apiKey: 'key-1' })
  const raw = await model.toRaw({
    system: 'Be kind',
    messages: [{ role: 'assistant', text: '', calls: [call] }],
    tools: [tool],
    signal: AbortSignal.timeout(20_000),
  })
  assert.match(raw, new RegExp(`"input":{"id":${number}}`))
})

for (const [status, type, words] of [
  [401, 'authentication_error', /does not accept the API key/],
  [529, 'overloaded_error', /failed \(529\)/],
  [404, 'not_found_error', /does not have the model claude-double/],
] as const)
  test(`${type} is explained`, async () => {
    const { origin, close } = await serveMessages({
      status,
      body: { type: 'error', error: { type, message: 'said the server' } },
    })
    await assert.rejects(listen(origin), words)
    close()
  })

test('an error in the middle of an answer ends it', async () => {
  const { origin, close } = await serveMessages([
    start,
    { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
  ])
  await assert.rejects(listen(origin))
  close()
})

test('the environment variables have the same meaning as for the programs of Anthropic', async () => {
  const { origin, close } = await serveMessages([])
  const { found } = await findModels({
    OLLAMA_HOST: '127.0.0.1:1',
    ANTHROPIC_API_KEY: 'key',
    ANTHROPIC_BASE_URL: origin,
  })
  close()
  assert.deepEqual(found, [
    {
      provider: 'anthropic',
      baseUrl: `${origin}/v1`,
      apiKey: 'key',
      from: 'ANTHROPIC_API_KEY',
      model: 'claude-double',
    },
  ])
})
