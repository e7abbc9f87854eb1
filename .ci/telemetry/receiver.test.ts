import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort, startPlugin } from '../../packages/testing/src/processes/index.ts'
import { temporaryFolder } from '../../packages/testing/src/temporary.ts'

// A telemetry server of other authors receives what a plugin sends, as a collector would.

const isInstalled = existsSync(new URL('node_modules/@genkit-ai/telemetry-server', import.meta.url))
const trace = '4bf92f3577b34da6a3ce929d0e0e4736'

interface ReceivedTrace {
  spans: Record<
    string,
    { spanId: string; parentSpanId?: string; displayName: string; attributes: Record<string, unknown> }
  >
}

/** Asks until there is an answer that passes. */
async function until<Answer>(url: string, passes: (answer: Answer) => boolean): Promise<Answer> {
  for (let tries = 0; tries < 600; tries++) {
    const answer = await fetch(url)
      .then((received) => received.json() as Promise<Answer>)
      .catch(() => undefined)
    if (answer && passes(answer)) return answer
    await sleep(50)
  }
  throw new Error(`${url} has no such answer`)
}

test('the telemetry server of Genkit shows the trace of a request', {
  skip: !isInstalled && 'it is not installed',
}, async (t) => {
  const port = await freePort()
  const receiver = spawn(process.execPath, ['start-receiver.mjs', String(port), temporaryFolder()], {
    cwd: new URL('.', import.meta.url),
    stdio: 'ignore',
  })
  t.after(() => receiver.kill('SIGKILL'))
  const url = `http://127.0.0.1:${port}`
  await until(`${url}/api/traces`, () => true)
  const todo = await startPlugin(new URL('../../plugins/todo/', import.meta.url), {
    OTEL_EXPORTER_OTLP_ENDPOINT: `${url}/api/otlp`,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    LOG_LEVEL: 'info',
  })
  t.after(() => todo.end())
  await fetch(`${todo.url}/todos/jo`, { headers: { traceparent: `00-${trace}-00f067aa0ba902b7-01` } })
  // What waits is sent when the process stops.
  assert.equal(await todo.end(), 0)
  assert.doesNotMatch(todo.output(), /telemetry/)

  const { spans } = await until<ReceivedTrace>(
    `${url}/api/traces/${trace}`,
    (one) => Object.keys(one.spans).length >= 2,
  )
  const all = Object.values(spans)
  const request = all.find(({ displayName }) => displayName === 'GET /todos/{username}')
  const operation = all.find(({ displayName }) => displayName === 'getTodos')
  assert.equal(request?.parentSpanId, '00f067aa0ba902b7')
  assert.equal(request?.attributes['http.response.status_code'], 200)
  assert.equal(operation?.parentSpanId, request?.spanId)
})
