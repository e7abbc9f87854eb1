import assert from 'node:assert/strict'
import autocannon from 'autocannon'
import type { Server } from './server.ts'

export type Load = 'GET' | 'POST' | 'tools/call 2026' | 'tools/call 2025'

export interface Measurement {
  requestsPerSecond: number
  /** CPU time of the server in microseconds, which does not depend on the speed of the client. */
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
const from = (user: number) => [...post.slice(user), ...post.slice(0, user)]
const call = { name: 'getTodos', arguments: { username: 'alice' } }
const mcp = (version: string, params: object, headers: Record<string, string> = {}) => ({
  method: 'POST' as const,
  path: '/mcp',
  headers: {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': version,
    ...headers,
  },
  body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
})
const _meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
}

const requests = {
  GET: [{ method: 'GET' as const, path: '/todos/alice' }],
  POST: post,
  'tools/call 2026': [mcp('2026-07-28', { ...call, _meta }, { 'mcp-method': 'tools/call', 'mcp-name': call.name })],
  'tools/call 2025': [mcp('2025-11-25', call)],
}

/** The requests of one run, which were all answered with 200, and what the client used for them. */
export interface Sent {
  requests: number
  seconds: number
  /** CPU time of the client in microseconds. */
  cpu: number
}

/** Throws if an answer is missing or not a 200. */
export async function measure(server: Server, load: Load, options: LoadOptions): Promise<Measurement> {
  const before = await server.usage()
  const { requests, seconds } = await send(server, load, options)
  const after = await server.usage()
  await server.check()
  // A busy machine may answer nothing in a very short time.
  if (requests === 0) return measure(server, load, options)
  return { requestsPerSecond: requests / seconds, cpuPerRequest: (after.cpu - before.cpu) / requests }
}

/** Sends requests by autocannon, in this process. */
export async function send({ url }: Server, load: Load, { connections, seconds }: LoadOptions): Promise<Sent> {
  const before = process.cpuUsage()
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    // autocannon checks for the end of a run once per sample, by default every second.
    sampleInt: Math.min(1000, seconds * 1000),
    requests: requests[load],
    // Each connection begins with another user, as people do.
    ...(load === 'POST' && { setupClient: (client) => client.setRequests(from(Math.floor(Math.random() * users))) }),
  })
  const { errors, timeouts, non2xx } = result
  assert.equal(
    errors + non2xx,
    0,
    `${load}: ${errors} broken connections, ${timeouts} of them time-outs; ${non2xx} refused`,
  )
  const { user, system } = process.cpuUsage(before)
  return { requests: result.requests.total, seconds: result.duration, cpu: user + system }
}
