import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { context, metrics, propagation, trace } from '@opentelemetry/api'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import {
  defaultResource,
  detectResources,
  type Resource,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
} from '@opentelemetry/resources'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { SharedContexts } from './context.ts'
import { metricReaders, spanProcessors } from './exporters.ts'
import { follow } from './follow.ts'
import { followMessages } from './followers/message.ts'
import { followModels } from './followers/model.ts'
import { followOperations } from './followers/operation.ts'
import { followPluginCalls } from './followers/plugin-call.ts'
import { followRequests } from './followers/request.ts'
import { followStatements } from './followers/statement.ts'
import { followTurns } from './followers/turn.ts'
import { followUpstreams } from './followers/upstream.ts'
import { Instruments } from './instruments.ts'
import { observePools } from './pool-figures.ts'
import { observeProcess } from './process-figures.ts'
import { samplerOf } from './sampler.ts'
import { askedSignals } from './signals.ts'
import { TraceIds } from './trace-ids.ts'
import { Warnings } from './warnings.ts'

const scope = '@reference-plugins/telemetry'
/** For sending what waits when the process stops, in milliseconds. */
const longestStop = 2_000

export interface Telemetry {
  /** `trace_id` and `span_id` for a line of the log; empty outside a span. */
  logFields(): Record<string, string>
  /** Sends what waits, for at most 2 seconds. */
  stop(): Promise<void>
}

export interface TelemetryOptions {
  /** The name of the service, unless OTEL_SERVICE_NAME or OTEL_RESOURCE_ATTRIBUTES name it. */
  name: string
  /** Writes a line to the log of the process. */
  warn: (message: string) => void
}

/**
 * Starts what OpenTelemetry's variables ask for, once in a process: it follows the `node:diagnostics_channel` channels of the
 * other packages, and sends spans and metrics. Nothing that it does makes a request fail or wait.
 */
export async function startTelemetry({ name, warn }: TelemetryOptions): Promise<Telemetry> {
  const warnings = new Warnings(warn)
  warnings.listen()
  const signals = askedSignals(process.env)
  const resource = resourceOf(name)
  const ids = new TraceIds()
  const tracers = new TracerProvider({
    resource,
    idGenerator: ids,
    sampler: samplerOf(process.env, warnings),
    spanProcessors: await spanProcessors(signals.traces, warnings),
  })
  const meters = new MeterProvider({ resource, readers: await metricReaders(signals.metrics, warnings) })
  context.setGlobalContextManager(new SharedContexts())
  if (propagates(warnings)) propagation.setGlobalPropagator(new W3CTraceContextPropagator())
  if (signals.traces.length > 0) trace.setGlobalTracerProvider(tracers)
  if (signals.metrics.length > 0) metrics.setGlobalMeterProvider(meters)

  const instruments = new Instruments(trace.getTracer(scope), metrics.getMeter(scope))
  follow('request', followRequests(instruments), warnings)
  follow('operation', followOperations(instruments), warnings)
  follow('message', followMessages(instruments), warnings)
  follow('statement', followStatements(instruments), warnings)
  follow('upstream', followUpstreams(instruments), warnings)
  follow('turn', followTurns(instruments, ids), warnings)
  follow('model', followModels(instruments), warnings)
  follow('plugin-call', followPluginCalls(instruments), warnings)
  if (signals.metrics.length > 0) {
    observeProcess(instruments)
    observePools(instruments)
  }

  return {
    logFields() {
      const span = trace.getSpanContext(context.active())
      return span ? { trace_id: span.traceId, span_id: span.spanId } : {}
    },
    async stop() {
      const limit = sleep(longestStop, undefined, { ref: false })
      await Promise.race([Promise.allSettled([tracers.shutdown(), meters.shutdown()]), limit])
    },
  }
}

/** Says nothing about the machine: host name, user, command line and paths may be private. */
function resourceOf(name: string): Resource {
  const own = resourceFromAttributes({ 'service.name': name, 'service.instance.id': randomUUID() })
  const detectors = [resourceAttributesEnvDetector, serviceNameEnvDetector]
  return defaultResource().merge(own).merge(detectResources({ detectors }))
}

/** OTEL_PROPAGATORS. `baggage` is never passed on: it may say anything about a user. */
function propagates(warnings: Warnings): boolean {
  const names = (process.env.OTEL_PROPAGATORS || 'tracecontext').split(',').map((name) => name.trim())
  if (names.includes('none')) return false
  for (const name of names)
    if (name !== 'tracecontext' && name !== 'baggage')
      warnings.tell(`propagator ${name}`, `OTEL_PROPAGATORS=${name} is not supported: use tracecontext or none`)
  return names.includes('tracecontext')
}
