import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

// biome-ignore lint/suspicious/noExplicitAny: whatever a server sends
export type Any = any

export interface Call {
  method: string
  /** With the query. */
  path: string
  headers: Record<string, string>
  body: Buffer
}

export interface Answer {
  status: number
  headers: Record<string, string>
  body: Buffer
}

/** Sends a call to the server. */
export type Forward = (call: Call) => Promise<Answer>

/** Answers in place of the server, which it may ask. */
export type Handler = (call: Call, forward: Forward, state: Any) => Promise<Answer>

/** A server in front of another one, which changes what passes. */
export async function serveProxy(target: string, handle: Handler): Promise<{ url: string; stop: () => void }> {
  const forward: Forward = async ({ method, path, headers, body }) => {
    const answer = await fetch(`${target}${path}`, {
      method,
      headers,
      redirect: 'manual',
      ...(body.length > 0 && !['GET', 'HEAD'].includes(method) && { body: new Uint8Array(body) }),
    })
    const kept = [...answer.headers].filter(([name]) => !hopByHop.has(name))
    return { status: answer.status, headers: Object.fromEntries(kept), body: Buffer.from(await answer.arrayBuffer()) }
  }
  const state = {}
  const server = createServer(async (request, response) => {
    try {
      const { method = 'GET', url: path = '/' } = request
      const call = { method, path, headers: sentHeaders(request.headers), body: await buffer(request) }
      const { status, headers, body } = await handle(call, forward, state)
      const hasBody = ![204, 304].includes(status)
      response.writeHead(status, { ...headers, ...(hasBody && method !== 'HEAD' && { 'content-length': body.length }) })
      response.end(hasBody ? body : undefined)
    } catch {
      // The methods that fetch does not send.
      response.writeHead(405, { allow: 'GET' }).end()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const stop = () => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop }
}

const hopByHop = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'content-encoding'])

const sentHeaders = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !hopByHop.has(name) && !['host', 'expect', 'upgrade'].includes(name))
      .map(([name, value]) => [name, [value].flat().join(', ')]),
  )
