import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startPlugin } from '../src/processes/index.ts'

const todo = new URL('../../../plugins/todo/', import.meta.url)
const recorder = new URL('record-modules.mjs', import.meta.url).href
const nowhere = 'http://127.0.0.1:9'

async function loadedModules(environment: Record<string, string>): Promise<string[]> {
  const plugin = await startPlugin(todo, { NODE_OPTIONS: `--import=${recorder}`, ...environment })
  const answer = await fetch(`${plugin.url}/todos/jo`)
  assert.equal(answer.status, 200)
  assert.equal(await plugin.end(), 0)
  return plugin.output().match(/^loaded .*$/gm) ?? []
}

test('nothing of OpenTelemetry is loaded unless a variable asks for it', async () => {
  assert.deepEqual(await loadedModules({}), [])
  // The recorder works.
  assert.ok((await loadedModules({ OTEL_EXPORTER_OTLP_ENDPOINT: nowhere })).length > 10)
})

test('nothing of OpenTelemetry is loaded when a variable switches it off', async () => {
  const off = [
    { OTEL_EXPORTER_OTLP_ENDPOINT: nowhere, OTEL_SDK_DISABLED: 'true' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: nowhere, OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: '', OTEL_SERVICE_NAME: 'todo', OTEL_TRACES_SAMPLER: 'always_on' },
  ]
  for (const environment of off) assert.deepEqual(await loadedModules(environment), [], JSON.stringify(environment))
})
