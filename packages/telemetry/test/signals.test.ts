import assert from 'node:assert/strict'
import { test } from 'node:test'
import { askedSignals, isAskedFor } from '../src/signals.ts'

const endpoint = 'http://127.0.0.1:4318'

const cases: [variables: Record<string, string>, traces: string[], metrics: string[]][] = [
  [{}, [], []],
  [{ OTEL_SERVICE_NAME: 'todo', OTEL_TRACES_SAMPLER: 'always_on', OTEL_PROPAGATORS: 'tracecontext' }, [], []],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, [], []],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }, ['otlp'], ['otlp']],
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint }, ['otlp'], []],
  [{ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: endpoint }, [], ['otlp']],
  [{ OTEL_TRACES_EXPORTER: 'console' }, ['console'], []],
  [{ OTEL_TRACES_EXPORTER: 'otlp, console,otlp' }, ['otlp', 'console'], []],
  [{ OTEL_METRICS_EXPORTER: 'otlp' }, [], ['otlp']],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_METRICS_EXPORTER: 'none' }, ['otlp'], []],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SDK_DISABLED: 'TRUE' }, [], []],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SDK_DISABLED: 'false' }, ['otlp'], ['otlp']],
]

for (const [variables, traces, metrics] of cases)
  test(`${JSON.stringify(variables)} asks for ${JSON.stringify({ traces, metrics })}`, () => {
    assert.deepEqual(askedSignals(variables), { traces, metrics })
    assert.equal(isAskedFor(variables), traces.length + metrics.length > 0)
  })
