import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { z } from 'zod'
import { createLog, createUpstream, cutOutput, type UpstreamOptions } from '../../src/index.ts'

export type Handler = (request: IncomingMessage, response: ServerResponse) => unknown

/** An API of its own for a test, and what it was asked. */
export async function startApi(t: TestContext, handler: Handler) {
  const asked: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    asked.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body })
    await handler(request, response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

export const sendJson = (response: ServerResponse, value: unknown, status = 200, headers = {}): unknown =>
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value))

/** The client of an API that answers as the handler says, with the log of its calls. */
export async function upstreamOf(t: TestContext, handler: Handler, options: Partial<UpstreamOptions> = {}) {
  const { url, asked } = await startApi(t, handler)
  let written = ''
  const log = createLog('trace', false, { write: (line) => (written += line) })
  const upstream = createUpstream({ name: 'Shop', baseUrl: `${url}/v1`, ...options })
  const abort = new AbortController()
  return { upstream, url, asked, abort, context: { signal: abort.signal, log }, log: () => written }
}

export const Thing = z.object({ id: z.int(), name: z.string().optional(), ...cutOutput })
export { test }
