import assert from 'node:assert/strict'
import autocannon from 'autocannon'
import type { Server } from './server.ts'

export type Load = 'GET' | 'POST'

export interface Measurement {
  requestsPerSecond: number
  /** Of the server, in microseconds: what it costs whatever the speed of the client. */
  cpuPerRequest: number
}

export interface LoadOptions {
  connections: number
  seconds: number
}

const users = 1_000
const post = Array.from({ length: users }, (_, index) => ({
  method: 'POST' as const,
  path: `/todos/user${index}`,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ todo: `todo of user ${index}` }),
}))
const get = [{ method: 'GET' as const, path: '/todos/alice' }]

/** Throws if one answer is none, or is not a 200. */
export async function measure(server: Server, load: Load, { connections, seconds }: LoadOptions): Promise<Measurement> {
  const before = await server.usage()
  const result = await autocannon({
    url: server.url,
    connections,
    duration: seconds,
    requests: load === 'GET' ? get : post,
  })
  const after = await server.usage()
  assert.equal(result.errors + result.timeouts + result.non2xx, 0, `${server.url} failed ${load} requests`)
  await server.check()
  return {
    requestsPerSecond: result.requests.total / result.duration,
    cpuPerRequest: (after.cpu - before.cpu) / result.requests.total,
  }
}
