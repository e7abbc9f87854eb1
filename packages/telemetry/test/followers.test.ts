import assert from 'node:assert/strict'
import { subscribe, tracingChannel } from 'node:diagnostics_channel'
import { buffer } from 'node:stream/consumers'
import { before, type TestContext, test } from 'node:test'
import { trace } from '@opentelemetry/api'
import type { Events, PoolFigures } from '../src/events.ts'
import { startTelemetry } from '../src/index.ts'
import { metrics, type SpanDefinition, spans } from '../src/sent.ts'
import { serve } from './processes.ts'

// biome-ignore lint/suspicious/noExplicitAny: JSON of OTLP
type Json = any

const sentSpans: Json[] = []
const sentMetrics = new Map<string, Json>()
const link = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
const injected: Record<string, string> = {}
const passedOn: Record<string, string> = {}
const meta: Record<string, string> = {}

/** Runs work as the packages do, and adds to the event what is known at its end. */
function publish<Name extends keyof Events>(
  name: Name,
  event: Events[Name],
  work: () => Promise<unknown> = async () => {},
  known: Partial<Events[Name]> = {},
): Promise<unknown> {
  return tracingChannel(`reference-plugins:${name}`).tracePromise(async () => {
    const result = await work()
    Object.assign(event, known)
    return result
  }, event)
}

const attributesOf = (all: Json[] = []) =>
  Object.fromEntries(all.map(({ key, value }) => [key, Object.values(value)[0]]))
const named = (name: string): Json => {
  const found = sentSpans.filter((span) => span.name === name)
  assert.equal(found.length, 1, `${found.length} spans ${name}`)
  return found[0]
}

before(async (context) => {
  const url = await serve(context as TestContext, async (request, response) => {
    const { resourceSpans = [], resourceMetrics = [] } = JSON.parse((await buffer(request)).toString('utf8'))
    for (const { scopeSpans } of resourceSpans) for (const { spans: some } of scopeSpans) sentSpans.push(...some)
    for (const { scopeMetrics } of resourceMetrics)
      for (const { metrics: some } of scopeMetrics) for (const one of some) sentMetrics.set(one.name, one)
    response.writeHead(200).end()
  })
  Object.assign(process.env, { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' })
  const telemetry = await startTelemetry({ name: 'shop', warn: assert.fail })
  subscribe('reference-plugins:pool', (figures) => {
    const pools = figures as PoolFigures
    pools.used += 2
    pools.idle += 1
    pools.waiting += 3
  })

  const request = { method: 'GET', url: '/things/1', headers: {}, httpVersion: '1.1' }
  const upstreamUrl = new URL('https://api.example:8443/things/1?q=1')
  await publish(
    'request',
    { request, scheme: 'http' },
    async () => {
      await publish('operation', { operation: 'getThing', via: 'http' }, () =>
        publish('statement', { engine: 'postgres', sql: ['\n  SELECT * FROM thing WHERE id = ', ''] }),
      )
      await publish(
        'upstream',
        { method: 'POST', url: upstreamUrl, resent: 2, setHeader: (name, value) => (injected[name] = value) },
        undefined,
        { status: 503 },
      )
      const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })
      await publish('upstream', { method: 'DELETE', url: upstreamUrl, resent: 0 }, () => Promise.reject(refused)).catch(
        () => {},
      )
      trace.getTracer('own').startActiveSpan('of the plugin', (span) => span.end())
    },
    { route: '/things/{id}', status: 500 },
  )
  await publish('request', { request: { ...request, url: '/base/livez?a' }, scheme: 'http' }, undefined, {
    route: '/livez',
    status: 200,
  })
  await publish('request', { request, scheme: 'http' }, undefined, { route: '/limited', status: 429 })
  const headers = { traceparent: link, tracestate: 'vendor=1', baggage: 'user=jo' }
  const setHeader = (name: string, value: string) => {
    passedOn[name] = value
  }
  await publish('request', { request: { ...request, headers }, scheme: 'http' }, () =>
    publish('upstream', { method: 'PUT', url: upstreamUrl, resent: 0, setHeader }, undefined, { status: 200 }),
  )
  await publish('statement', { engine: 'sqlite', sql: ['DELETE FROM session'] })
  await publish(
    'request',
    { request: { ...request, method: 'POST', url: '/mcp' }, scheme: 'https' },
    () =>
      publish(
        'message',
        { method: 'tools/call', tool: 'addThing', meta: { traceparent: link }, protocolVersion: '2026-07-28' },
        () =>
          publish('operation', { operation: 'addThing', via: 'mcp' }, () =>
            Promise.reject(Object.assign(new Error('no'), { status: 409 })),
          ).catch(() => {}),
        { status: 200 },
      ),
    { route: '/mcp', status: 200 },
  )
  await publish('turn', { conversation: 'c1' }, async () => {
    await publish(
      'model',
      { provider: 'openai', model: 'gpt-5', url: new URL('https://api.openai.com/v1') },
      undefined,
      {
        inputTokens: 100,
        outputTokens: 7,
        finishReason: 'stop',
      },
    )
    const plugin = new URL('https://plugin.example')
    await publish('plugin-call', { protocol: 'http', operation: 'read', url: plugin, meta: {} }, undefined, {
      state: 'done',
      status: 404,
    })
    await publish('plugin-call', { protocol: 'mcp', operation: 'write', url: plugin, meta }, undefined, {
      state: 'refused',
    })
    return 'waiting'
  })
  await telemetry.stop()
})

test('a request has its route, and its status says whether the server failed', () => {
  const { attributes, kind, status } = named('GET /things/{id}') ?? {}
  assert.deepEqual(attributesOf(attributes), {
    'http.request.method': 'GET',
    'http.response.status_code': 500,
    'http.route': '/things/{id}',
    'error.type': '500',
    'network.protocol.version': '1.1',
    'url.scheme': 'http',
  })
  assert.equal(kind, 2)
  assert.equal(status.code, 2)
  assert.equal(status.message, undefined)
})

test('probes are not followed', () => {
  assert.ok(!sentSpans.some(({ name }) => name.includes('livez')))
  const counted = sentMetrics.get('http.server.request.duration').histogram.dataPoints
  assert.ok(!counted.some(({ attributes }: Json) => attributesOf(attributes)['http.route'] === '/livez'))
})

test('a statement has its text without values, and needs a span that it is part of', () => {
  const span = named('SELECT thing')
  assert.deepEqual(attributesOf(span.attributes), {
    'db.collection.name': 'thing',
    'db.operation.name': 'SELECT',
    'db.query.text': 'SELECT * FROM thing WHERE id = ?',
    'db.system.name': 'postgresql',
  })
  assert.equal(span.parentSpanId, named('getThing').spanId)
  assert.ok(!sentSpans.some(({ name }) => name === 'DELETE session'))
  const counted = sentMetrics.get('db.client.operation.duration').histogram.dataPoints.map((one: Json) => one.count)
  assert.deepEqual(counted, [1, 1])
})

test('a request to another server passes the trace on, and has no path', () => {
  const span = named('POST')
  assert.deepEqual(attributesOf(span.attributes), {
    'error.type': '503',
    'http.request.method': 'POST',
    'http.request.resend_count': 2,
    'http.response.status_code': 503,
    'server.address': 'api.example',
    'server.port': 8443,
    'url.scheme': 'https',
  })
  assert.deepEqual(injected, { traceparent: `00-${span.traceId}-${span.spanId}-01` })
  assert.equal(attributesOf(named('DELETE').attributes)['error.type'], 'ECONNREFUSED')
})

test('the trace of a caller goes on to another server with its state, and without its baggage', () => {
  assert.deepEqual(passedOn, {
    traceparent: `00-${link.split('-')[1]}-${named('PUT').spanId}-01`,
    tracestate: 'vendor=1',
  })
})

test('a message to MCP goes on in the trace of its `_meta`, and links to its request', () => {
  const span = named('tools/call addThing')
  assert.equal(span.traceId, link.split('-')[1])
  assert.equal(span.parentSpanId, link.split('-')[2])
  assert.deepEqual(
    span.links.map(({ spanId }: Json) => spanId),
    [named('POST /mcp').spanId],
  )
  assert.deepEqual(attributesOf(span.attributes), {
    'error.type': 'tool_error',
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': 'addThing',
    'mcp.method.name': 'tools/call',
    'mcp.protocol.version': '2026-07-28',
  })
  assert.equal(named('addThing').parentSpanId, span.spanId)
  assert.equal(attributesOf(named('addThing').attributes)['error.type'], '409')
})

test('a turn, its model and its calls', () => {
  const turn = named('invoke_agent')
  assert.equal(attributesOf(turn.attributes)['reference_plugins.turn.state'], 'waiting')
  const model = named('chat gpt-5')
  assert.equal(model.parentSpanId, turn.spanId)
  const { 'gen_ai.response.finish_reasons': reasons, ...others } = attributesOf(model.attributes)
  assert.deepEqual((reasons as Json).values, [{ stringValue: 'stop' }])
  assert.equal(others['gen_ai.usage.input_tokens'], 100)
  assert.equal(attributesOf(named('execute_tool read').attributes)['error.type'], '404')
  const tool = named('tools/call write')
  assert.equal(attributesOf(tool.attributes)['error.type'], 'refused')
  assert.deepEqual(meta, { traceparent: `00-${tool.traceId}-${tool.spanId}-01` })
})

test('spans that a plugin makes itself are in the same trace', () => {
  assert.equal(named('of the plugin').parentSpanId, named('GET /things/{id}').spanId)
})

test('every metric of the list is sent, with its buckets and no other attributes', () => {
  assert.deepEqual(
    [...sentMetrics.keys()].sort(),
    Object.values(metrics)
      .map(({ name }) => name)
      .sort(),
  )
  for (const definition of Object.values(metrics)) {
    const { histogram, sum, gauge } = sentMetrics.get(definition.name)
    for (const point of (histogram ?? sum ?? gauge).dataPoints) {
      const allowed: readonly string[] = definition.attributes
      for (const { key } of point.attributes) assert.ok(allowed.includes(key), `${definition.name} ${key}`)
      if ('buckets' in definition) assert.deepEqual(point.explicitBounds, definition.buckets)
    }
  }
  const waiting = sentMetrics.get('db.client.connection.pending_requests').sum.dataPoints[0]
  assert.equal(Number(waiting.asInt ?? waiting.asDouble), 3)
  const active = sentMetrics.get('http.server.active_requests').sum.dataPoints
  assert.ok(active.every((one: Json) => Number(one.asInt ?? one.asDouble) === 0))
})

test('every span of the list is sent, with no other attributes', () => {
  const definitions = Object.values<SpanDefinition>(spans)
  for (const span of sentSpans.filter(({ name }) => name !== 'of the plugin')) {
    const keys = span.attributes.map(({ key }: Json) => key)
    assert.ok(
      definitions.some(({ attributes }) =>
        keys.every((key: string) => (attributes as readonly string[]).includes(key)),
      ),
    )
  }
  assert.ok(sentSpans.length >= definitions.length)
})
