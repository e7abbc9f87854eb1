import { getNumberFromEnv } from '@opentelemetry/core'
import {
  ConsoleMetricExporter,
  type IMetricReader,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics'
import {
  BatchSpanProcessor,
  ConsoleSpanExporter,
  SimpleSpanProcessor,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace'
import { withReports } from './reported-exports.ts'
import type { Warnings } from './warnings.ts'

// The exporters read their own variables: OTEL_EXPORTER_OTLP_ENDPOINT, _HEADERS, _TIMEOUT, _COMPRESSION and others.

const defaultInterval = 60_000
const defaultTimeout = 30_000

/** Sends spans in batches. At most 2,048 wait; more are dropped (OTEL_BSP_MAX_QUEUE_SIZE). */
export async function spanProcessors(names: readonly string[], warnings: Warnings): Promise<SpanProcessor[]> {
  const processors: SpanProcessor[] = []
  for (const name of names) {
    if (name === 'console') processors.push(new SimpleSpanProcessor({ exporter: new ConsoleSpanExporter() }))
    else if (name === 'otlp') {
      const exporter = withReports(await traceExporter(warnings), 'traces', warnings)
      processors.push(
        new BatchSpanProcessor({
          exporter,
          ...numbers({
            maxQueueSize: 'OTEL_BSP_MAX_QUEUE_SIZE',
            maxExportBatchSize: 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE',
            scheduledDelayMillis: 'OTEL_BSP_SCHEDULE_DELAY',
            exportTimeoutMillis: 'OTEL_BSP_EXPORT_TIMEOUT',
          }),
        }),
      )
    } else unknown('OTEL_TRACES_EXPORTER', name, warnings)
  }
  return processors
}

/** Sends metrics every 60 seconds (OTEL_METRIC_EXPORT_INTERVAL). */
export async function metricReaders(names: readonly string[], warnings: Warnings): Promise<IMetricReader[]> {
  const readers: IMetricReader[] = []
  const { exportIntervalMillis = defaultInterval, exportTimeoutMillis = defaultTimeout } = numbers({
    exportIntervalMillis: 'OTEL_METRIC_EXPORT_INTERVAL',
    exportTimeoutMillis: 'OTEL_METRIC_EXPORT_TIMEOUT',
  })
  const timing = { exportIntervalMillis, exportTimeoutMillis: Math.min(exportTimeoutMillis, exportIntervalMillis) }
  for (const name of names) {
    if (name === 'console')
      readers.push(new PeriodicExportingMetricReader({ exporter: new ConsoleMetricExporter(), ...timing }))
    else if (name === 'otlp') {
      const exporter = withReports(await metricExporter(warnings), 'metrics', warnings)
      readers.push(new PeriodicExportingMetricReader({ exporter, ...timing }))
    } else unknown('OTEL_METRICS_EXPORTER', name, warnings)
  }
  return readers
}

async function traceExporter(warnings: Warnings): Promise<SpanExporter> {
  if (protocolOf('TRACES', warnings) === 'http/json')
    return new (await import('@opentelemetry/exporter-trace-otlp-http')).OTLPTraceExporter()
  return new (await import('@opentelemetry/exporter-trace-otlp-proto')).OTLPTraceExporter()
}

async function metricExporter(warnings: Warnings): Promise<PushMetricExporter> {
  if (protocolOf('METRICS', warnings) === 'http/json')
    return new (await import('@opentelemetry/exporter-metrics-otlp-http')).OTLPMetricExporter()
  return new (await import('@opentelemetry/exporter-metrics-otlp-proto')).OTLPMetricExporter()
}

function protocolOf(signal: string, warnings: Warnings): string {
  const { [`OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`]: own, OTEL_EXPORTER_OTLP_PROTOCOL: shared } = process.env
  const protocol = (own || shared || 'http/protobuf').trim()
  if (protocol === 'http/protobuf' || protocol === 'http/json') return protocol
  warnings.tell(
    'protocol',
    `OTEL_EXPORTER_OTLP_PROTOCOL=${protocol} is not supported: http/protobuf is used, to the port for HTTP, often 4318`,
  )
  return 'http/protobuf'
}

function unknown(variable: string, name: string, warnings: Warnings): void {
  warnings.tell(variable, `${variable}=${name} is not supported: use otlp, console or none`)
}

/** The variables that are positive numbers, by the names of the options that they set. */
function numbers<Name extends string>(variables: Record<Name, string>): { [Each in Name]?: number } {
  const read = Object.entries<string>(variables).map(([name, variable]) => [name, getNumberFromEnv(variable)])
  return Object.fromEntries(read.filter(([, value]) => typeof value === 'number' && value > 0))
}
