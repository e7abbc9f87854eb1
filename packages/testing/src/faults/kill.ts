import { AsyncLocalStorage } from 'node:async_hooks'
import { tracingChannel } from 'node:diagnostics_channel'
import { writeSync } from 'node:fs'

/*
 * With --import: kills the process at one point of one call. A point is before and after each statement, each request to
 * another server and the operation itself, and so also before and after each COMMIT.
 *   FAULT_OPERATION  the operationId
 *   FAULT_CALL       which of its calls in this process, from 1
 *   FAULT_POINT      at which point, such as `after POST /payments`. Empty kills nothing and prints the points
 *   FAULT_CLOCK      how far the clock is ahead, in milliseconds
 */
const { FAULT_OPERATION: operation, FAULT_CALL: call, FAULT_POINT: last, FAULT_CLOCK: ahead } = process.env

const System = Date
globalThis.Date = class extends System {
  constructor(...values: []) {
    super(...(values.length > 0 ? values : ([System.now() + Number(ahead)] as unknown as [])))
  }

  static override now(): number {
    return System.now() + Number(ahead)
  }
} as DateConstructor

const storage = new AsyncLocalStorage<Map<string, number> | undefined>()
let calls = 0

function reach(what: string): void {
  const reached = storage.getStore()
  if (!reached) return
  const times = (reached.get(what) ?? 0) + 1
  reached.set(what, times)
  const point = times === 1 ? what : `${what} (${times})`
  if (last === '') writeSync(2, `point: ${point}\n`)
  if (point === last) process.kill(process.pid, 'SIGKILL')
}

function watch<Event extends object>(name: string, describe: (event: Event) => string) {
  const channel = tracingChannel<unknown, Event>(`reference-plugins:${name}`)
  channel.start.subscribe((event) => reach(`before ${describe(event as Event)}`))
  channel.asyncEnd.subscribe((event) => reach(`after ${describe(event as Event)}`))
  return channel
}

watch<{ operation: string }>('operation', (event) => event.operation).start.bindStore(storage, (event) =>
  event.operation === operation && ++calls === Number(call) ? new Map() : undefined,
)
watch<{ sql: readonly string[] }>('statement', ({ sql }) => sql.join('?').trim().replaceAll(/\s+/g, ' ').slice(0, 80))
watch<{ method: string; url: URL }>('upstream', ({ method, url }) => `${method} ${url.pathname}`)
