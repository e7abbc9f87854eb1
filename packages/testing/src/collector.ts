import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'

/** A span, as a collector receives it. */
export interface CollectedSpan {
  /** The name of the service. */
  service: string
  /** The id of the process. */
  instance: string
  name: string
  traceId: string
  spanId: string
  parentSpanId: string | undefined
  /** SpanKind of OTLP: 1 internal, 2 server, 3 client. */
  kind: number
  attributes: Record<string, unknown>
  links: { traceId: string; spanId: string }[]
  status: number
}

export interface CollectedPoint {
  attributes: Record<string, unknown>
  /** The value, or the count of a histogram. */
  value: number
  bounds: number[] | undefined
}

/** A receiver of OTLP over HTTP with JSON, for tests. */
export interface Collector {
  /** The variables that make a process send to it at once. */
  environment: Record<string, string>
  spans: CollectedSpan[]
  /** The newest points of each metric, by service and name. */
  metrics: Map<string, CollectedPoint[]>
  /** All that has arrived, as text. */
  received(): string
  /** Waits until `find` returns something. */
  wait<Found>(find: () => Found | undefined | false): Promise<Found>
  close(): void
}

/** Starts a collector on a free port. */
export async function startCollector(): Promise<Collector> {
  const spans: CollectedSpan[] = []
  const metrics = new Map<string, CollectedPoint[]>()
  const bodies: string[] = []
  const server = createServer(async (request, response) => {
    const body = (await buffer(request)).toString('utf8')
    bodies.push(`${JSON.stringify(request.headers)} ${body}`)
    const { resourceSpans = [], resourceMetrics = [] } = JSON.parse(body)
    for (const one of resourceSpans) spans.push(...spansOf(one))
    for (const one of resourceMetrics) for (const [name, points] of pointsOf(one)) metrics.set(name, points)
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    environment: {
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '100',
      OTEL_METRIC_EXPORT_INTERVAL: '500',
    },
    spans,
    metrics,
    received: () => bodies.join('\n'),
    async wait(find) {
      for (const end = Date.now() + 30_000; ; ) {
        const found = find()
        if (found) return found
        if (Date.now() > end)
          throw new Error(`The collector waits in vain: ${find}\n${bodies.join('\n').slice(-2_000)}`)
        await sleep(50)
      }
    },
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

interface KeyValue {
  key: string
  value: Value
}

interface Value {
  stringValue?: string
  intValue?: string | number
  doubleValue?: number
  boolValue?: boolean
  arrayValue?: { values: Value[] }
}

// biome-ignore lint/suspicious/noExplicitAny: JSON of OTLP
type Json = any

const readValue = (value: Value): unknown =>
  value.stringValue ??
  (value.intValue === undefined ? undefined : Number(value.intValue)) ??
  value.doubleValue ??
  value.boolValue ??
  value.arrayValue?.values.map(readValue)

const attributesOf = (all: KeyValue[] = []): Record<string, unknown> =>
  Object.fromEntries(all.map(({ key, value }) => [key, readValue(value)]))

const ofResource = ({ resource }: Json, name: string): string => String(attributesOf(resource.attributes)[name])

const spansOf = (one: Json): CollectedSpan[] =>
  one.scopeSpans.flatMap(({ spans }: Json) =>
    spans.map((span: Json) => ({
      ...span,
      service: ofResource(one, 'service.name'),
      instance: ofResource(one, 'service.instance.id'),
      parentSpanId: span.parentSpanId || undefined,
      attributes: attributesOf(span.attributes),
      links: span.links ?? [],
      status: span.status?.code ?? 0,
    })),
  )

const pointsOf = (one: Json): [string, CollectedPoint[]][] =>
  one.scopeMetrics.flatMap(({ metrics }: Json) =>
    metrics.map(({ name, histogram, sum, gauge }: Json) => [
      `${ofResource(one, 'service.name')} ${name}`,
      (histogram ?? sum ?? gauge).dataPoints.map(({ attributes, count, asInt, asDouble, explicitBounds }: Json) => ({
        attributes: attributesOf(attributes),
        value: Number(count ?? asInt ?? asDouble),
        bounds: explicitBounds,
      })),
    ]),
  )
