import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

// biome-ignore lint/suspicious/noExplicitAny: whatever stands in a spec or comes from outside
export type Any = any

export interface Question {
  method: string
  /** The parts of the path, decoded. */
  parts: string[]
  query: URLSearchParams
  headers: IncomingHttpHeaders
  text: string
  /** The text as JSON. Undefined where it is labelled as something else. */
  body: Any
}

/** The status, the JSON and the headers of an answer. */
export type Reply = readonly [status: number, value?: unknown, headers?: Record<string, string>]

export interface SmallServer {
  paths: Any
  components?: Any
  /** Answers a call of a described operation. The state is empty at first and lives as long as the server. */
  answer: (question: Question, state: Any) => Reply | Promise<Reply>
}

const answers = {
  200: { description: 'd', content: { 'application/json': { schema: {} } } },
  201: { description: 'd', content: { 'application/json': { schema: {} } } },
  204: { description: 'd' },
  '4XX': { description: 'd' },
}

export const operation = (operationId: string, more: Any = {}): Any => ({
  operationId,
  summary: 's',
  responses: answers,
  ...more,
})
export const takes = (schema: Any, mediaType = 'application/json', more: Any = {}): Any => ({
  requestBody: { required: true, content: { [mediaType]: { schema, ...more } } },
})
export const parameter = (name: string, place: string, schema: Any, more: Any = {}): Any => ({
  name,
  in: place,
  required: place === 'path',
  schema,
  ...more,
})

/** A server of a few lines. What the spec does not describe is answered with 404, 405 or 415. */
export async function serveSmall({ paths, components, answer }: SmallServer) {
  const state = {}
  const server = createServer(async (request, response) => {
    const { method = 'GET', headers, url: target = '/' } = request
    const { pathname, searchParams: query } = new URL(target, 'http://localhost')
    const send = ([status, value = {}, more = {}]: Reply) => {
      const type = status !== 204 && { 'content-type': 'application/json' }
      response.writeHead(status, { 'access-control-allow-origin': '*', ...type, ...more })
      response.end(status === 204 ? undefined : JSON.stringify(value))
    }
    if (pathname === '/openapi.json') return send([200, spec])
    if (pathname === '/.well-known/ai-plugin.json') return send([200, { api: { url: `${url}/openapi.json` } }])
    const body = await text(request).catch(() => '')
    if (body.length > 200_000) return send([413])
    const given = pathname.split('/')
    const found = Object.keys(paths).find((path) => {
      const parts = path.split('/')
      return (
        parts.length === given.length && parts.every((part, index) => part.startsWith('{') || part === given[index])
      )
    })
    const described = found && paths[found][method.toLowerCase()]
    if (!described) {
      const allow = Object.keys(paths[found ?? ''] ?? {}).map((one) => one.toUpperCase())
      return send(found ? [405, {}, { allow: allow.join(', ') }] : [404])
    }
    const type = headers['content-type']?.split(';')[0] ?? ''
    const types = Object.keys(described.requestBody?.content ?? {})
    if (types.length > 0 && (described.requestBody.required || body !== '') && !types.includes(type)) return send([415])
    try {
      const json = /json$/.test(type) && body !== '' ? JSON.parse(body) : undefined
      if (body.includes('\ufffd')) return send([400])
      const parts = given.slice(1).map(decodeURIComponent)
      send(await answer({ method, parts, query, headers, text: body, body: json }, state))
    } catch {
      send([400])
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A test that fails must not keep the process alive.
  server.unref()
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const spec = { openapi: '3.1.0', info: { title: 't', version: '1' }, servers: [{ url }], paths, components }
  return { url, close: () => server.close() }
}
