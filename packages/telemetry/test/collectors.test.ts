import assert from 'node:assert/strict'
import { buffer } from 'node:stream/consumers'
import { describe, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { publish, serve } from './processes.ts'

/** Works while the collector behaves badly: nothing waits, one line says so, and the process ends in time. */
async function workWith(t: TestContext, endpoint: string, reason: RegExp): Promise<void> {
  const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_TIMEOUT: '1500' }
  // Many times the longest queue.
  const publishing = publish(t, environment, 20_000)
  await publishing.until(/^worked 20000/m)
  await publishing.until(/^warning telemetry: traces/m)
  await publishing.until(/^warning telemetry: metrics/m)
  // More failures follow.
  await sleep(1_500)
  await publishing.stop()
  const warnings = publishing.output().match(/^warning .*/gm) ?? []
  assert.match(warnings.join('\n'), reason)
  assert.ok(warnings.length <= 3, warnings.join('\n'))
  const [, milliseconds] = await publishing.until(/^stopped (\d+)/m)
  assert.ok(Number(milliseconds) < 8_000, `stopped after ${milliseconds} ms`)
}

// Side by side, because each waits most of the time.
describe('a bad collector', { concurrency: 3 }, () => {
  test('the collector is away', (t) => workWith(t, 'http://127.0.0.1:9', /cannot be sent \(ECONNREFUSED\)/))

  test('the collector never answers', async (t) => {
    const url = await serve(t, () => {})
    await workWith(t, url, /traces cannot be sent/)
  })

  for (const status of [401, 413, 429, 500])
    test(`the collector answers ${status}`, async (t) => {
      const headers: Record<string, string> = status === 429 ? { 'retry-after': '3600' } : {}
      const url = await serve(t, async (request, response) => {
        await buffer(request)
        response.writeHead(status, headers).end('canary')
      })
      await workWith(t, url, new RegExp(`cannot be sent \\(status .*${status}.*\\)`))
    })
})

test('what waits is sent when the process stops, and one line says that a collector is back', async (t) => {
  let isBack = false
  let received = ''
  const url = await serve(t, async (request, response) => {
    const body = await buffer(request)
    if (isBack && request.url === '/v1/traces') received += body.toString('utf8')
    response.writeHead(isBack ? 200 : 400).end()
  })
  const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }
  const publishing = publish(
    t,
    { ...environment, OTEL_METRICS_EXPORTER: 'none', OTEL_BSP_SCHEDULE_DELAY: '60000' },
    600,
  )
  await publishing.until(/^warning telemetry: traces cannot be sent \(status 400\)/m)
  isBack = true
  await publishing.until(/^worked/m)
  await publishing.stop()
  assert.match(received, /"GET \/things\/\{id\}"/)
  assert.match(publishing.output(), /^warning telemetry: traces are sent again; \d batches were lost$/m)
})
