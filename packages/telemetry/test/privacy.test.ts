import assert from 'node:assert/strict'
import { tracingChannel } from 'node:diagnostics_channel'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { startTelemetry } from '../src/index.ts'
import { serve } from './processes.ts'

const secret = 'xyzzy-secret-canary'

class LimitError extends Error {
  override readonly name = secret
  readonly code = secret
  readonly detail = secret
}

const warnings: string[] = []

/** One event of each channel, with a secret wherever a caller or another server can put one. */
const events: Record<string, object> = {
  request: {
    request: { method: secret, url: `/${secret}?${secret}`, headers: { [secret]: secret }, httpVersion: '1.1' },
    scheme: secret,
    status: 500,
  },
  operation: { operation: 'addTodo', via: 'http' },
  message: {
    method: secret,
    tool: undefined,
    meta: { traceparent: secret, tracestate: secret },
    protocolVersion: secret,
  },
  statement: { engine: 'sqlite', sql: ['SELECT * FROM todo WHERE owner = ', ''] },
  upstream: { method: secret, url: new URL(`https://api.example/${secret}?${secret}#${secret}`), resent: 1 },
  turn: { conversation: '5d1fbfc1' },
  model: { provider: 'openai', model: 'gpt', url: new URL(`https://u:${secret}@model.example/${secret}`) },
  'plugin-call': { protocol: 'mcp', operation: 'addTodo', url: new URL(`https://p.example/${secret}`), meta: {} },
}

test('errors and events with secrets leave nothing of them in what is sent', async (t) => {
  let received = ''
  const url = await serve(t, async (request, response) => {
    received += (await buffer(request)).toString('utf8')
    response.writeHead(200).end()
  })
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = url
  process.env.OTEL_EXPORTER_OTLP_PROTOCOL = 'http/json'
  const telemetry = await startTelemetry({ name: 'shop', warn: (message) => warnings.push(message) })
  const cause = new Error(secret)
  const errors = [
    new LimitError(secret, { cause }),
    new Error(secret),
    secret,
    { status: secret },
    Object.assign(new Error(secret), { code: secret }),
  ]
  await tracingChannel('reference-plugins:request').tracePromise(
    async () => {
      for (const [name, event] of Object.entries(events))
        for (const error of errors)
          await tracingChannel(`reference-plugins:${name}`)
            .tracePromise(() => Promise.reject(error), { ...event })
            .catch(() => {})
    },
    { ...events.request },
  )
  await telemetry.stop()
  for (const name of [
    'addTodo',
    'SELECT * FROM todo WHERE owner = ?',
    'api.example',
    'LimitError',
    'chat gpt',
    '_OTHER',
  ])
    assert.ok(received.includes(name), name)
  assert.ok(!received.includes(secret))
  assert.deepEqual(warnings, [])
})

test('a follower that fails does not disturb the work', async () => {
  const channel = tracingChannel('reference-plugins:upstream')
  // No URL: the follower throws.
  assert.equal(await channel.tracePromise(async () => 'done', { method: 'GET' }), 'done')
  assert.deepEqual(warnings, ['telemetry: upstream could not be recorded (TypeError)'])
  const sync = tracingChannel('reference-plugins:turn')
  assert.throws(
    () =>
      sync.tracePromise(
        () => {
          throw new Error('at once')
        },
        { conversation: 'a' },
      ),
    /at once/,
  )
})
