import { tracingChannel } from 'node:diagnostics_channel'
import { setTimeout as sleep } from 'node:timers/promises'
import { startTelemetry } from '../src/index.ts'

// A process that is busy while it sends telemetry: `requests` requests, then it waits for SIGTERM. Prints how long the slowest
// piece of work took.

const [requests = '10'] = process.argv.slice(2)
const request = tracingChannel('reference-plugins:request')
const operation = tracingChannel('reference-plugins:operation')
const telemetry = await startTelemetry({ name: 'busy', warn: (message) => console.log(`warning ${message}`) })

process.once('SIGTERM', async () => {
  const start = performance.now()
  await telemetry.stop()
  console.log(`stopped ${Math.round(performance.now() - start)}`)
  process.exit(0)
})

const traceparent = process.env.TRACEPARENT
const headers = traceparent === undefined ? {} : { traceparent }
for (let count = 0; count < Number(requests); count++) {
  const event = {
    request: { method: 'GET', url: '/', headers, httpVersion: '1.1' },
    scheme: 'http',
    status: 0,
    route: '',
  }
  await request.tracePromise(async () => {
    await operation.tracePromise(async () => {}, { operation: 'read', via: 'http' })
    Object.assign(event, { route: '/things/{id}', status: 200 })
  }, event)
  if (count % 100 === 99) await sleep(1)
}
console.log(`worked ${requests} ${JSON.stringify(telemetry.logFields())}`)
setInterval(() => {}, 1_000)
