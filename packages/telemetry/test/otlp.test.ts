import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { publish, serve } from './processes.ts'

// Its types leave the messages out.
const { opentelemetry } = createRequire(import.meta.url)('otlp-definitions/build/src/generated/root.js')
const { ExportTraceServiceRequest } = opentelemetry.proto.collector.trace.v1
const { ExportMetricsServiceRequest } = opentelemetry.proto.collector.metrics.v1

test('what is sent is OTLP, as the definitions of OpenTelemetry say, with the variables of the operator', async (t) => {
  const requests: { url: string; headers: Record<string, unknown>; body: Buffer }[] = []
  const url = await serve(t, async (request, response) => {
    requests.push({ url: String(request.url), headers: request.headers, body: await buffer(request) })
    response.writeHead(200).end()
  })
  const publishing = publish(t, {
    OTEL_EXPORTER_OTLP_ENDPOINT: `${url}/base`,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-api-key=abc',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,service.name=other',
    OTEL_SERVICE_NAME: 'shop',
  })
  await publishing.until(/^worked/m)
  while (new Set(requests.map((one) => one.url)).size < 2) await new Promise((resolve) => setTimeout(resolve, 20))
  await publishing.stop()

  const traces = requests.find((one) => one.url === '/base/v1/traces')
  assert.equal(traces?.headers['content-type'], 'application/x-protobuf')
  assert.equal(traces?.headers['x-api-key'], 'abc')
  const { resourceSpans } = ExportTraceServiceRequest.toObject(
    ExportTraceServiceRequest.decode(traces?.body as Buffer),
    {
      longs: Number,
      enums: String,
    },
  )
  const [{ resource, scopeSpans }] = resourceSpans
  const attributes = Object.fromEntries(
    resource.attributes.map(({ key, value }: { key: string; value: { stringValue: string } }) => [
      key,
      value.stringValue,
    ]),
  )
  assert.deepEqual(Object.keys(attributes).sort(), [
    'deployment.environment.name',
    'service.instance.id',
    'service.name',
    'telemetry.sdk.language',
    'telemetry.sdk.name',
    'telemetry.sdk.version',
  ])
  assert.equal(attributes['service.name'], 'shop')
  const spans = scopeSpans[0].spans as { name: string; kind: string }[]
  assert.deepEqual(
    [...new Set(spans.map(({ name, kind }) => `${name} ${kind}`))],
    ['read SPAN_KIND_INTERNAL', 'GET /things/{id} SPAN_KIND_SERVER'],
  )

  const metrics = requests.find((one) => one.url === '/base/v1/metrics')
  const { resourceMetrics } = ExportMetricsServiceRequest.toObject(
    ExportMetricsServiceRequest.decode(metrics?.body as Buffer),
    { longs: Number },
  )
  const names = resourceMetrics[0].scopeMetrics[0].metrics.map(({ name }: { name: string }) => name)
  assert.ok(names.includes('http.server.request.duration'), names.join())
})
