import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelError, type ModelEvent, type ModelRequest } from '../../src/models/model.ts'
import { openModel } from '../../src/models/open-model.ts'
import { type Script, type ScriptedTurn, serveModel } from './openai-double.ts'

const tool = {
  name: 'todo_getTodos',
  description: 'Reads',
  parameters: {
    type: 'object',
    properties: { username: { type: 'string' } },
    required: ['username'],
    additionalProperties: false,
  },
  strict: true,
}
const asked: Omit<ModelRequest, 'signal'> = {
  system: 'Be kind',
  messages: [{ role: 'user', text: 'Hi' }],
  tools: [tool],
}

async function listen(
  script: Script | ScriptedTurn[],
  {
    request = asked,
    signal = AbortSignal.timeout(20_000),
    ...options
  }: { request?: typeof asked; signal?: AbortSignal; longestToBegin?: number; longestPause?: number } = {},
) {
  const served = await serveModel(script)
  const events: ModelEvent[] = []
  let error: unknown
  try {
    const model = openModel(
      { provider: 'openai-compatible', baseUrl: served.baseUrl, model: 'double-1', apiKey: 'key-1' },
      options,
    )
    for await (const event of model.stream({ ...request, signal })) events.push(event)
  } catch (thrown) {
    error = thrown
  }
  served.close()
  const text = events.flatMap((event) => (event.type === 'text' ? [event.delta] : [])).join('')
  const calls = events.filter(({ type }) => type === 'call' || type === 'bad-call')
  const end = events.at(-1)
  return { text, calls, end: end?.type === 'end' ? end.reason : undefined, error, served }
}

test('text arrives in pieces, and no character is broken', async () => {
  const { text, end, served } = await listen([{ text: 'Grüße, 世界 🥛! A longer text that comes in many pieces.' }])
  assert.equal(text, 'Grüße, 世界 🥛! A longer text that comes in many pieces.')
  assert.equal(end, 'stop')
  assert.equal(served.calls[0]?.headers.authorization, 'Bearer key-1')
  assert.equal(served.calls[0]?.body.stream, true)
})

test('tools are sent unchanged, and strict ones as strict', async () => {
  const { served } = await listen([{ text: 'ok' }])
  assert.deepEqual(served.calls[0]?.body.tools, [
    {
      type: 'function',
      function: { name: tool.name, description: tool.description, parameters: tool.parameters, strict: true },
    },
  ])
})

test('parallel calls are kept apart, and are sent back with their results', async () => {
  const { calls, end } = await listen([
    {
      calls: [
        { id: 'a', name: 'todo_getTodos', arguments: { username: 'ada "the first"' } },
        { id: 'b', name: 'todo_getTodos', arguments: { username: 'böb' } },
      ],
    },
  ])
  assert.deepEqual(calls, [
    { type: 'call', id: 'a', name: 'todo_getTodos', arguments: { username: 'ada "the first"' } },
    { type: 'call', id: 'b', name: 'todo_getTodos', arguments: { username: 'böb' } },
  ])
  assert.equal(end, 'tool-calls')
  const { served } = await listen([{ text: 'ok' }], {
    request: {
      ...asked,
      messages: [
        ...asked.messages,
        {
          role: 'assistant',
          text: 'Let me see',
          calls: [{ id: 'a', name: 'todo_getTodos', arguments: { username: 'ada' } }],
        },
        { role: 'tool', callId: 'a', name: 'todo_getTodos', text: '{"todos":[]}' },
      ],
    },
  })
  const sent = served.calls[0]?.body.messages ?? []
  assert.deepEqual(
    sent.map(({ role }) => role),
    ['system', 'user', 'assistant', 'tool'],
  )
  assert.deepEqual(sent[2]?.tool_calls?.[0]?.function, { name: 'todo_getTodos', arguments: '{"username":"ada"}' })
  assert.equal((sent[3] as { tool_call_id?: string }).tool_call_id, 'a')
})

test('invalid arguments are reported, and missing arguments are an empty object', async () => {
  const broken = await listen([{ calls: [{ name: 'todo_getTodos', arguments: '{"username": "ada' }] }])
  assert.equal(broken.calls[0]?.type, 'bad-call')
  const list = await listen([{ calls: [{ name: 'todo_getTodos', arguments: '["ada"]' }] }])
  assert.match((list.calls[0] as { fault: string }).fault, /not a JSON object/)
  const none = await listen([{ calls: [{ name: 'todo_getTodos', arguments: '' }] }])
  assert.deepEqual((none.calls[0] as { arguments: unknown }).arguments, {})
})

test('two calls with the same id get different ids', async () => {
  const { calls } = await listen([
    {
      calls: [
        { id: 'x', name: 'todo_getTodos', arguments: '{}' },
        { id: 'x', name: 'todo_getTodos', arguments: '{}' },
      ],
    },
  ])
  assert.equal(calls.length, 2)
  assert.notEqual((calls[0] as { id: string }).id, (calls[1] as { id: string }).id)
})

test('an answer that is too long and a refusal are reported as such', async () => {
  assert.equal((await listen([{ text: 'long', finish: 'length' }])).end, 'length')
  assert.equal((await listen([{ text: '', finish: 'content_filter' }])).end, 'content-filter')
})

for (const [status, words] of [
  [401, /does not accept the API key/],
  [404, /does not have the model double-1/],
  [400, /rejected the request \(400\)/],
] as const)
  test(`${status} is explained, and not tried again`, async () => {
    const { error, served } = await listen([{ error: { status } }])
    assert.ok(error instanceof ModelError)
    assert.match(error.message, words)
    assert.equal(served.calls.length, 1)
    assert.ok(!error.message.includes('key-1'))
  })

test('an overloaded model is tried again after the time that it asks for, at most twice', async () => {
  const once = await listen([{ error: { status: 429, headers: { 'retry-after': '0' } } }, { text: 'there' }])
  assert.equal(once.text, 'there')
  const always = await listen(() => ({ error: { status: 503, headers: { 'retry-after': '0' } } }))
  assert.equal(always.served.calls.length, 3)
  assert.match(String(always.error), /failed \(503\)/)
  const long = await listen(() => ({ error: { status: 429, headers: { 'retry-after': '3600' } } }))
  assert.equal(long.served.calls.length, 1)
})

test('an answer that breaks off is an error, and is not tried again', async () => {
  const { text, error, served } = await listen([{ text: 'The beginning of a long text', cutAfter: 3 }])
  assert.ok(text.length > 0)
  assert.ok(error instanceof ModelError, String(error))
  assert.match(error.message, /broke off|cut off/)
  assert.equal(served.calls.length, 1)
})

test('a model that does not begin or does not continue its answer times out', async () => {
  const late = await listen([{ text: 'late', delay: 2_000 }], { longestToBegin: 100 })
  assert.match(String(late.error), /did not begin/)
  const stuck = await listen([{ text: 'a text in pieces', pause: 1_000 }], { longestPause: 100 })
  assert.match(String(stuck.error), /stopped in the middle/)
})

test('aborting ends the request', async () => {
  const stop = new AbortController()
  setTimeout(() => stop.abort(), 150)
  const started = performance.now()
  const { error } = await listen([{ text: 'a text in many pieces', pause: 10_000 }], { signal: stop.signal })
  assert.ok(error !== undefined && performance.now() - started < 8_000)
})

test('the raw request that is shown is the one that is sent', async () => {
  const served = await serveModel([{ text: 'ok' }])
  const model = openModel({ provider: 'openai-compatible', baseUrl: served.baseUrl, model: 'double-1' })
  const request = { ...asked, signal: AbortSignal.timeout(20_000) }
  const shown = await model.toRaw(request)
  assert.equal(served.calls.length, 0)
  for await (const _ of model.stream(request));
  served.close()
  assert.equal(served.calls[0]?.raw, shown)
})

test('if nothing listens, the error says what to start', async () => {
  const { baseUrl, close } = await serveModel([])
  close()
  const model = openModel({ provider: 'openai-compatible', baseUrl, model: 'x' })
  await assert.rejects(async () => {
    for await (const _ of model.stream({ ...asked, signal: AbortSignal.timeout(20_000) }));
  }, /Nothing answers at http:\/\/127.0.0.1:\d+\/v1: start/)
})
