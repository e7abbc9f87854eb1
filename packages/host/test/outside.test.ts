import assert from 'node:assert/strict'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import type { DocumentOperation } from '@reference-plugins/reader'
import { Caller } from '../src/calls/caller.ts'
import type { RegisteredPlugin } from '../src/plugins/plugins.ts'
import { readPlugin } from '../src/registration/read-plugin.ts'
import type { Credentials } from '../src/sign-in/credentials.ts'

/** What the server of this file answers; each test sets its own. */
let answer: RequestListener = (_, response) => void response.writeHead(404).end()
let server: Server
let url: string
before(async () => {
  server = createServer((request, response) => answer(request, response)).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  url = `http://localhost:${(server.address() as AddressInfo).port}`
})
after(() => {
  server.closeAllConnections()
  server.close()
})

const json = (response: Parameters<RequestListener>[1], status: number, value?: unknown, headers = {}) => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(value === undefined ? '' : JSON.stringify(value))
}

const read = (address: string) => readPlugin(address, { allowLoopback: true, signal: AbortSignal.timeout(20_000) })

async function call(address: string, name: string, given: Record<string, unknown>, longestCall = 10_000) {
  const { found, steps } = await read(address)
  assert.ok(found, JSON.stringify(steps.filter(({ state }) => state === 'failed')))
  const caller = new Caller({
    credentials: { authorization: async () => undefined } as unknown as Credentials,
    allowLoopback: true,
    longestCall,
  })
  return caller.call({
    id: 'call',
    user: 'ada',
    plugin: { id: 'plugin-1', ...found } as unknown as RegisteredPlugin,
    operation: found.document.operations.find((one) => one.name === name) as DocumentOperation,
    arguments: given,
    conversation: 'c',
    signal: AbortSignal.timeout(20_000),
  })
}

const spec = (paths: object, more: object = {}) => ({
  openapi: '3.0.3',
  info: { title: 'Case', version: '1' },
  servers: [{ url }],
  paths,
  ...more,
})
const ok = { 200: { description: 'ok' } }

/** An MCP server with sessions, and a stream for what it says by itself. */
function statefulMcp() {
  const state = { sessions: new Set<string>(), streams: 0, ended: [] as string[] }
  const serve: RequestListener = async (request, response) => {
    const text = Buffer.concat(await request.toArray()).toString()
    const id = String(request.headers['mcp-session-id'] ?? '')
    if (request.method === 'GET') {
      if (!state.sessions.has(id)) return json(response, 400, {})
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
      state.streams++
      return void response.on('close', () => state.streams--)
    }
    if (request.method === 'DELETE') {
      state.ended.push(id)
      state.sessions.delete(id)
      return json(response, 200)
    }
    const message = JSON.parse(text) as { id?: number; method: string; params?: { arguments?: { message?: string } } }
    if (message.method !== 'initialize' && !state.sessions.has(id)) return json(response, 400, {})
    if (message.id === undefined) return json(response, 202)
    const results: Record<string, unknown> = {
      initialize: {
        protocolVersion: '2025-06-18',
        capabilities: { tools: {} },
        serverInfo: { name: 'case', version: '1' },
      },
      'tools/list': {
        tools: [
          {
            name: 'echo',
            description: 'Echoes',
            inputSchema: { type: 'object', properties: { message: { type: 'string' } }, required: ['message'] },
          },
        ],
      },
      'tools/call': { content: [{ type: 'text', text: `Echo: ${message.params?.arguments?.message}` }] },
    }
    const session = message.method === 'initialize' ? { 'mcp-session-id': `s-${state.ended.length + 1}` } : undefined
    if (session) state.sessions.add(session['mcp-session-id'])
    const result = results[message.method]
    json(
      response,
      200,
      { jsonrpc: '2.0', id: message.id, ...(result ? { result } : { error: { code: -32601, message: 'unknown' } }) },
      session,
    )
  }
  return { state, serve }
}

test('the session of an MCP server is ended after each use, and its stream is closed', async () => {
  const { state, serve } = statefulMcp()
  answer = serve
  const outcome = await call(`${url}/mcp`, 'echo', { message: 'hi' })
  assert.equal(outcome.result, 'Echo: hi')
  assert.deepEqual(state.ended, ['s-1', 's-2'])
  assert.equal(state.sessions.size, 0)
  for (let wait = 0; state.streams > 0 && wait < 1_000; wait++) await new Promise((resolve) => setTimeout(resolve, 20))
  assert.equal(state.streams, 0)
})

test('the HTTP+SSE transport of MCP is recognised at once', async () => {
  answer = (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('event: endpoint\ndata: /messages?session=1\n\n')
  }
  const start = performance.now()
  const { steps, found } = await read(`${url}/sse`)
  assert.equal(found, undefined)
  assert.match(steps[0]?.message ?? '', /HTTP\+SSE transport of MCP/)
  assert.match(steps[0]?.advice ?? '', /Streamable HTTP/)
  assert.ok(performance.now() - start < 8_000)
})

test('what came of a stream that does not end is kept, and the result says so', async () => {
  answer = (request, response) => {
    if (request.url === '/openapi.json')
      return json(response, 200, spec({ '/events': { get: { operationId: 'watch', summary: 'W', responses: ok } } }))
    if (request.url !== '/events' || request.method !== 'GET') return json(response, 404, {})
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('data: one\n\ndata: two\n\n')
  }
  const outcome = await call(`${url}/openapi.json`, 'watch', {}, 500)
  assert.equal(outcome.state, 'done')
  assert.equal(outcome.response?.body, 'data: one\n\ndata: two\n\n')
  assert.equal(outcome.response?.isCut, true)
  assert.match(outcome.result ?? '', /data: two[\s\S]*not complete: it did not end within the time limit/)
})

test('a server of this machine without a scheme is called over http', async () => {
  answer = (request, response) => {
    const paths = { '/books': { get: { operationId: 'listBooks', summary: 'L', responses: ok } } }
    const servers = [{ url: url.slice('http://'.length) }]
    if (request.url === '/openapi.json') return json(response, 200, spec(paths, { servers }))
    json(response, request.url === '/books' ? 200 : 404, ['Emma'])
  }
  const outcome = await call(`${url}/openapi.json`, 'listBooks', {})
  assert.equal(outcome.result, '["Emma"]')
})
