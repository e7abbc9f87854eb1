/** What is sent, and by which exporters: `otlp`, `console`. Empty: it is off. */
export interface Signals {
  traces: string[]
  metrics: string[]
}

/**
 * What OpenTelemetry's variables ask for. Without any of them everything is off, although OpenTelemetry's own default is
 * to send to localhost. This file loads nothing, so that a process can ask it before it loads OpenTelemetry.
 */
export function askedSignals(variables: NodeJS.ProcessEnv): Signals {
  if (variables.OTEL_SDK_DISABLED?.trim().toLowerCase() === 'true') return { traces: [], metrics: [] }
  return { traces: exportersOf('TRACES', variables), metrics: exportersOf('METRICS', variables) }
}

/** Whether anything is sent. */
export function isAskedFor(variables: NodeJS.ProcessEnv): boolean {
  const { traces, metrics } = askedSignals(variables)
  return traces.length + metrics.length > 0
}

function exportersOf(signal: 'TRACES' | 'METRICS', variables: NodeJS.ProcessEnv): string[] {
  const named = (variables[`OTEL_${signal}_EXPORTER`] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean)
  if (named.length > 0) return named.includes('none') ? [] : [...new Set(named)]
  const hasAddress = variables.OTEL_EXPORTER_OTLP_ENDPOINT || variables[`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`]
  return hasAddress ? ['otlp'] : []
}
