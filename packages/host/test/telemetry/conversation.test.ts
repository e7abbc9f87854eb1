import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { type CollectedSpan, type Collector, startCollector } from '@reference-plugins/testing/collector'
import { type PluginProcess, startPlugin } from '@reference-plugins/testing/processes'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'
import type { Conversation, PluginDetail, RegistrationEvent, TurnEvent } from '../../src/wire.ts'
import type { Browser } from '../fixture.ts'
import { startHost } from '../host-process.ts'
import { type ServedModel, serveModel } from '../models/openai-double.ts'

const secret = 'xyzzy-secret-canary'
const weatherHeaders: IncomingHttpHeaders[] = []
const upstream = createServer((request, response) => {
  weatherHeaders.push(request.headers)
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ weather: `sunny ${secret}` }))
})
let collector: Collector
let model: ServedModel
let todo: PluginProcess
let weather: PluginProcess
let host: Awaited<ReturnType<typeof startHost>>
let browser: Browser

before(async () => {
  collector = await startCollector()
  await once(upstream.listen(0, '127.0.0.1'), 'listening')
  const turns = [
    {
      text: '',
      calls: [
        { name: 'todo__getTodos', arguments: { username: secret, limit: null, offset: null } },
        { name: 'weather__getWeather', arguments: { place: secret } },
      ],
    },
    { text: `It is sunny. ${secret}` },
    { text: 'Goodbye.' },
  ]
  model = await serveModel((_, index) => turns[index] ?? { text: 'Nothing more.' })
  const environment = { ...collector.environment, LOG_LEVEL: 'info' }
  const { port } = upstream.address() as AddressInfo
  todo = await startPlugin(new URL('../../../../plugins/todo/', import.meta.url), environment)
  weather = await startPlugin(new URL('weather/', import.meta.url), {
    ...environment,
    OTEL_SERVICE_NAME: 'weather',
    UPSTREAM: `http://127.0.0.1:${port}`,
  })
  host = await startHost({
    ...environment,
    NODE_ENV: 'development',
    DATABASE_URL: temporaryDatabase(),
    OPENAI_BASE_URL: model.baseUrl,
    OPENAI_MODEL: 'double-1',
  })
  browser = host.browser
  await register(`localhost:${todo.port}`)
  await register(`http://localhost:${weather.port}/mcp`)
})
after(async () => {
  await host?.end('SIGTERM')
  await Promise.all([todo, weather].map((plugin) => plugin?.end()))
  model?.close()
  upstream.close()
  collector?.close()
})

async function register(address: string): Promise<void> {
  const events = await browser.events<RegistrationEvent>('/api/registrations', { address })
  const end = events.at(-1)
  assert.ok(end?.type === 'end' && end.registration.isReady, JSON.stringify(events))
  const plugin = await browser.send<PluginDetail>('POST', `/api/registrations/${end.registration.id}/approve`, {})
  await browser.send('PUT', `/api/plugins/${plugin.id}/activation`, {})
}

const say = (id: string, text: string) => browser.events<TurnEvent>(`/api/conversations/${id}/messages`, { text })

/** The span of a service with a name, in a trace. */
const spanOf = (trace: string, service: string, name: string): CollectedSpan => {
  const found = collector.spans.filter((one) => one.traceId === trace && one.service === service && one.name === name)
  assert.equal(found.length, 1, `${found.length} spans ${service} ${name}`)
  return found[0] as CollectedSpan
}

test('a conversation with two plugins and an API behind one of them is one trace', async () => {
  const { id } = await browser.send<Conversation>('POST', '/api/conversations', {})
  const events = await say(id, `What is to do? ${secret}`)
  assert.deepEqual(events.at(-1), { type: 'end', state: 'waiting' })
  // The weather is told to another plugin than the one that knows the todos.
  const call = events.flatMap((event) => (event.type === 'call' && event.call.ask ? [event.call] : [])).at(-1)
  await browser.events(`/api/conversations/${id}/calls/${call?.id}/decision`, {
    decision: 'allow',
    digest: call?.ask?.digest,
  })
  await say(id, 'Goodbye')
  const turns = await collector.wait(() => {
    const found = collector.spans.filter(({ attributes }) => attributes['gen_ai.conversation.id'] === id)
    return found.length === 3 && found
  })
  const trace = turns[0]?.traceId ?? ''
  assert.deepEqual(
    turns.map(({ name, traceId, parentSpanId }) => ({ name, traceId, parentSpanId })),
    Array(3).fill({ name: 'invoke_agent', traceId: trace, parentSpanId: undefined }),
  )
  await collector.wait(() => collector.spans.some(({ traceId, name }) => traceId === trace && name === 'POST /mcp'))

  const turn = turns.find(({ spanId }) =>
    collector.spans.some(({ name, parentSpanId }) => parentSpanId === spanId && name.startsWith('execute_tool')),
  )
  assert.ok(turn)
  const parentOf = (span: CollectedSpan) => collector.spans.find(({ spanId }) => spanId === span.parentSpanId)
  const pathTo = (span: CollectedSpan | undefined): string[] =>
    span ? [...pathTo(parentOf(span)), `${span.service} ${span.name}`] : []

  assert.deepEqual(pathTo(spanOf(trace, 'todo', 'getTodos')), [
    'host invoke_agent',
    'host execute_tool getTodos',
    'host GET',
    'todo GET /todos/{username}',
    'todo getTodos',
  ])
  assert.equal(spanOf(trace, 'todo', 'SELECT todo').parentSpanId, spanOf(trace, 'todo', 'getTodos').spanId)
  const [toWeather] = collector.spans.filter(
    ({ service, name, traceId }) => service === 'weather' && name === 'GET' && traceId === trace,
  )
  assert.deepEqual(pathTo(toWeather), [
    'host invoke_agent',
    'host tools/call getWeather',
    'weather tools/call getWeather',
    'weather getWeather',
    'weather GET',
  ])
  // The HTTP requests that carried the message are beside it.
  const message = spanOf(trace, 'weather', 'tools/call getWeather')
  const carrier = collector.spans.find(({ spanId }) => spanId === message.links[0]?.spanId)
  assert.deepEqual(pathTo(carrier), [
    'host invoke_agent',
    'host tools/call getWeather',
    'host POST',
    'weather POST /mcp',
  ])
  // The API behind the plugin learns the trace.
  assert.equal(weatherHeaders[0]?.traceparent, `00-${trace}-${toWeather?.spanId}-01`)
  assert.equal(weatherHeaders[0]?.baggage, undefined)
  // The request of the page is in a trace of its own, and linked.
  const page = collector.spans.find(({ spanId }) => spanId === turn.links[0]?.spanId)
  assert.equal(page?.name, 'POST /api/conversations/:id/messages')
})

test('answers of the model are spans with their tokens, and the model does not learn the trace', async () => {
  const answers = await collector.wait(() => {
    const found = collector.spans.filter(({ name }) => name === 'chat double-1')
    return found.length === 3 && found
  })
  for (const { attributes, kind } of answers) {
    assert.equal(kind, 3)
    assert.equal(attributes['gen_ai.provider.name'], 'custom')
    assert.equal(attributes['server.address'], '127.0.0.1')
    assert.ok(Number(attributes['gen_ai.usage.input_tokens']) > 0)
    assert.ok(Number(attributes['gen_ai.usage.output_tokens']) > 0)
  }
  for (const { headers } of model.calls) assert.equal(headers.traceparent, undefined)
})

test('the host measures its requests, the models and the calls', async () => {
  for (const name of [
    'http.server.request.duration',
    'gen_ai.client.operation.duration',
    'reference_plugins.call.duration',
  ])
    await collector.wait(() => collector.metrics.has(`host ${name}`))
  const calls = await collector.wait(() => {
    const points = collector.metrics.get('host reference_plugins.call.duration')
    return points?.length === 2 && points
  })
  assert.deepEqual(
    calls.map(({ attributes, value }) => ({ ...attributes, value })),
    [
      { 'reference_plugins.call.protocol': 'http', 'reference_plugins.call.state': 'done', value: 1 },
      { 'reference_plugins.call.protocol': 'mcp', 'reference_plugins.call.state': 'done', value: 1 },
    ],
  )
})

test('lines of the log have the trace that they belong to', async () => {
  const request = collector.spans.find(({ service, name }) => service === 'weather' && name === 'POST /mcp')
  const fields = `"trace_id":"${request?.traceId}","span_id":"${request?.spanId}"`
  await collector.wait(() => weather.output().includes(fields))
})

test('what the host sends has no inputs, outputs or texts', () => {
  assert.ok(collector.received().includes('getWeather'))
  assert.ok(!collector.received().includes(secret))
})
