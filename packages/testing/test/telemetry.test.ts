import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { startCollector } from '../src/collector.ts'
import { startPlugin } from '../src/processes/index.ts'

const todo = new URL('../../../plugins/todo/', import.meta.url)

test('what waits is sent when a plugin is stopped', async (t) => {
  const collector = await startCollector()
  t.after(() => collector.close())
  const plugin = await startPlugin(todo, {
    ...collector.environment,
    OTEL_BSP_SCHEDULE_DELAY: '60000',
    OTEL_METRIC_EXPORT_INTERVAL: '60000',
    RATE_LIMIT: '2',
  })
  for (let count = 0; count < 3; count++) await fetch(`${plugin.url}/todos/jo`)
  assert.deepEqual(collector.spans, [])
  assert.equal(await plugin.end('SIGTERM'), 0)
  const requests = collector.spans.filter(({ name }) => name === 'GET /todos/{username}')
  assert.deepEqual(
    requests.map(({ attributes }) => attributes['http.response.status_code']),
    [200, 200, 429],
  )
  const [limited] = collector.metrics.get('todo reference_plugins.request.limited') ?? []
  assert.deepEqual(limited?.attributes, { 'http.request.method': 'GET', 'http.route': '/todos/{username}' })
})

test('statements are part of the operation that needs them', async (t) => {
  const collector = await startCollector()
  t.after(() => collector.close())
  const isPostgres = process.env.POSTGRES !== undefined
  const plugin = await startPlugin(todo, collector.environment)
  await fetch(`${plugin.url}/todos/jo`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"todo":"buy milk"}',
  })
  await fetch(`${plugin.url}/todos/jo`)
  if (isPostgres) {
    const points = await collector.wait(() => collector.metrics.get('todo db.client.connection.count'))
    assert.ok(points.reduce((sum, { value }) => sum + value, 0) > 0)
    assert.ok(collector.metrics.has('todo db.client.connection.pending_requests'))
  }
  assert.equal(await plugin.end(), 0)
  const nameOf = (id: string | undefined) => collector.spans.find(({ spanId }) => spanId === id)?.name
  const statements = collector.spans.filter(({ attributes }) => attributes['db.system.name'] !== undefined)
  const parents = new Set(statements.map(({ name, parentSpanId }) => `${nameOf(parentSpanId)}: ${name}`))
  assert.ok(parents.has('getTodos: SELECT todo'), [...parents].join())
  assert.ok(parents.has('addTodo: INSERT todo'), [...parents].join())
  for (const { attributes } of statements)
    assert.equal(attributes['db.system.name'], isPostgres ? 'postgresql' : 'sqlite')
})

test('a plugin stops in time when the collector does not answer', async (t) => {
  const silent = createServer(() => {})
  await once(silent.listen(0, '127.0.0.1'), 'listening')
  t.after(() => {
    silent.close()
    silent.closeAllConnections()
  })
  const { port } = silent.address() as AddressInfo
  const plugin = await startPlugin(todo, { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` })
  const answer = await fetch(`${plugin.url}/todos/jo`)
  assert.equal(answer.status, 200)
  const start = performance.now()
  assert.equal(await plugin.end('SIGTERM'), 0)
  // 2 seconds, and time for a busy machine. Without a limit it would be 10.
  assert.ok(performance.now() - start < 7_000)
})

test('each worker sends what waits when it is stopped, as an instance of its own', async (t) => {
  const collector = await startCollector()
  t.after(() => collector.close())
  const plugin = await startPlugin(todo, {
    ...collector.environment,
    WEB_CONCURRENCY: '2',
    OTEL_BSP_SCHEDULE_DELAY: '60000',
    OTEL_METRIC_EXPORT_INTERVAL: '60000',
  })
  // One worker answers before the other one has started. Each connection goes to the next worker.
  await collector.wait(() => plugin.output().includes('2 workers'))
  for (let count = 0; count < 8; count++) {
    const [answer] = await once(get(`${plugin.url}/todos/jo`, { agent: false }), 'response')
    answer.resume()
    await once(answer, 'end')
  }
  assert.equal(await plugin.end('SIGTERM'), 0)
  const requests = collector.spans.filter(({ name }) => name === 'GET /todos/{username}')
  assert.equal(requests.length, 8)
  assert.equal(new Set(requests.map(({ instance }) => instance)).size, 2)
})

test('spans can be shown on standard output', async () => {
  const plugin = await startPlugin(todo, { OTEL_TRACES_EXPORTER: 'console' })
  await fetch(`${plugin.url}/todos/jo`)
  assert.equal(await plugin.end('SIGTERM'), 0)
  assert.match(plugin.output(), /name: 'GET \/todos\/\{username\}'/)
})
