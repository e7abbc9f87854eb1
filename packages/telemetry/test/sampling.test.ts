import assert from 'node:assert/strict'
import { buffer } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { publish, serve } from './processes.ts'

const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
const unsampled = `00-${trace}-00f067aa0ba902b7-00`
const sampled = `00-${trace}-00f067aa0ba902b7-01`

/** The bodies of what is sent about ten requests that a caller sends with `traceparent`. */
async function sent(t: TestContext, environment: Record<string, string>): Promise<{ body: string; output: string }> {
  let body = ''
  const url = await serve(t, async (request, response) => {
    body += (await buffer(request)).toString('utf8')
    response.writeHead(200).end()
  })
  const publishing = publish(t, {
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${url}/v1/traces`,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    ...environment,
  })
  await publishing.until(/^worked/m)
  await publishing.stop()
  return { body, output: publishing.output() }
}

test('a caller cannot prevent that its requests are traced, and its trace goes on', async (t) => {
  const { body } = await sent(t, { TRACEPARENT: unsampled })
  assert.match(body, new RegExp(`"traceId":"${trace}"`))
  assert.match(body, /"parentSpanId":"00f067aa0ba902b7"/)
})

test('a caller cannot demand it either', async (t) => {
  const { body } = await sent(t, {
    TRACEPARENT: sampled,
    OTEL_TRACES_SAMPLER: 'traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0',
  })
  assert.equal(body, '')
})

test('with a sampler of parents the caller decides', async (t) => {
  const { body } = await sent(t, { TRACEPARENT: unsampled, OTEL_TRACES_SAMPLER: 'parentbased_always_on' })
  assert.equal(body, '')
})

test('without propagators every request is a trace of its own', async (t) => {
  const { body } = await sent(t, { TRACEPARENT: sampled, OTEL_PROPAGATORS: 'none' })
  assert.match(body, /"GET \/things\/\{id\}"/)
  assert.doesNotMatch(body, new RegExp(trace))
})

test('a value that is not supported is one line, and the rest works', async (t) => {
  const { body, output } = await sent(t, {
    OTEL_TRACES_SAMPLER: 'xray',
    OTEL_PROPAGATORS: 'tracecontext,b3',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    OTEL_TRACES_EXPORTER: 'otlp,zipkin',
  })
  assert.match(body, /GET \/things/)
  const warnings = output.match(/^warning .*$/gm) ?? []
  assert.equal(warnings.length, 4, output)
  for (const name of [
    'OTEL_TRACES_SAMPLER=xray',
    'OTEL_PROPAGATORS=b3',
    'OTEL_EXPORTER_OTLP_PROTOCOL=grpc',
    'OTEL_TRACES_EXPORTER=zipkin',
  ])
    assert.ok(output.includes(name), name)
})
