import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Code } from '../src/index.ts'

// An MCP server on plain node:http, of the protocol before 2026, with defects that are switched on one at a time.

export const mcpMutants = {
  'no-initialize': 'mcp-connect',
  'no-tools': 'mcp-connect',
  'list-500': 'mcp-connect',
  'name-signs': 'mcp-tool',
  'name-long': 'mcp-client-limit',
  'name-twice': 'mcp-tool',
  'no-description': 'mcp-client-limit',
  'input-reference': 'mcp-client-limit',
  'broken-schema': 'mcp-tool',
  'no-hints': 'mcp-hints',
  'hint-missing': 'mcp-hints',
  'no-structured': 'mcp-output',
  'odd-structured': 'mcp-output',
  'other-text': 'mcp-output',
  'prose-text': 'mcp-text',
  'good-call-error': 'mcp-output',
  'missing-taken': 'mcp-refusal',
  'missing-internal': 'mcp-error-code',
  'silent-refusal': 'mcp-refusal',
  'unknown-tool-taken': 'mcp-refusal',
  'malformed-500': 'mcp-protocol',
  'malformed-taken': 'mcp-protocol',
  'number-500': 'mcp-protocol',
  'no-auth': 'mcp-auth',
  'any-token': 'mcp-auth',
  'auth-200': 'mcp-auth',
  'no-challenge': 'mcp-challenge',
  'no-metadata': 'mcp-challenge',
  'foreign-metadata': 'mcp-challenge',
  'any-origin': 'mcp-origin-unchecked',
} satisfies Record<string, Code>

export type McpDefect = keyof typeof mcpMutants
export const mcpToken = 'the-token-of-the-mcp-server'

const text = (value: string) => [{ type: 'text', text: value }]
const schema = (properties: object, required: string[]) => ({ type: 'object', properties, required })

export async function serveMcpMutant(
  defect?: McpDefect,
  keyHeader?: string,
): Promise<{ url: string; close: () => void }> {
  const is = (one: McpDefect) => one === defect
  const server = createServer((request, response) => void answer(request, response))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  // A test that fails must not keep the process alive.
  server.unref()
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const hints = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false }
  const name = is('name-signs') ? 'get weather!' : is('name-long') ? 'x'.repeat(65) : 'getWeather'
  const city = is('input-reference')
    ? { $ref: '#/$defs/city' }
    : is('broken-schema')
      ? { type: 'text' }
      : { type: 'string', maxLength: 50 }
  const { idempotentHint: _, ...three } = hints
  const tool = {
    name,
    ...(!is('no-description') && { description: 'The weather of a city' }),
    inputSchema: schema({ city }, ['city']),
    outputSchema: schema({ degrees: { type: 'number' } }, ['degrees']),
    ...(!is('no-hints') && { annotations: is('hint-missing') ? three : hints }),
  }
  const write = {
    name: is('name-twice') ? name : 'setAlarm',
    description: 'Set an alarm',
    inputSchema: schema({ at: { type: 'string' } }, ['at']),
    annotations: { ...hints, readOnlyHint: false },
  }

  function call({ name: asked, arguments: input = {} }: { name: string; arguments?: Record<string, unknown> }) {
    if (asked !== tool.name && asked !== write.name)
      return is('unknown-tool-taken')
        ? { result: { content: text('fine') } }
        : { error: { code: -32602, message: 'There is no such tool' } }
    const wanted = asked === write.name ? 'at' : 'city'
    if (typeof input[wanted] !== 'string') {
      if (is('missing-internal')) return { error: { code: -32603, message: 'Internal error' } }
      if (is('missing-taken')) return { result: { content: text('{"degrees":1}'), structuredContent: { degrees: 1 } } }
      return { result: { content: text(`Send ${wanted}`), isError: true } }
    }
    if (is('silent-refusal')) return { result: { content: [], isError: true } }
    if (is('good-call-error')) return { error: { code: -32603, message: 'Internal error' } }
    if (asked === write.name) return { result: { content: text('It is set') } }
    const said = is('prose-text') ? '21 degrees' : is('other-text') ? '{"degrees":22}' : '{"degrees":21}'
    if (is('no-structured')) return { result: { content: text(said) } }
    return { result: { content: text(said), structuredContent: { degrees: is('odd-structured') ? '21' : 21 } } }
  }

  function reply({ method, params }: { method: string; params: never }): object {
    if (method === 'initialize' && !is('no-initialize'))
      return {
        result: {
          protocolVersion: '2025-06-18',
          capabilities: { tools: {} },
          serverInfo: { name: 'weather', version: '1' },
        },
      }
    if (method === 'tools/list') return { result: { tools: is('no-tools') ? [] : [tool, write] } }
    if (method === 'tools/call') return call(params)
    if (method === 'ping') return { result: {} }
    return { error: { code: -32601, message: 'Method not found' } }
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const send = (status: number, body?: object, headers: Record<string, string> = {}) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers })
      response.end(body && JSON.stringify(body))
    }
    const { origin } = request.headers
    const key = keyHeader && request.headers[keyHeader]
    const authorization = keyHeader ? key && `Bearer ${key}` : request.headers.authorization
    if (request.url === '/.well-known/oauth-protected-resource/mcp' && !is('no-metadata'))
      return send(200, {
        resource: is('foreign-metadata') ? 'https://other.example.com/api' : `${url}/mcp`,
        authorization_servers: ['https://login.example.com'],
      })
    if (request.url !== '/mcp') return send(404)
    if (request.method !== 'POST') return send(405, undefined, { allow: 'POST' })
    if (origin !== undefined && !is('any-origin')) return send(403)
    const fits = is('any-token') ? Boolean(authorization) : authorization === `Bearer ${mcpToken}`
    if (!fits && !is('no-auth')) {
      const metadata = `${url}/.well-known/oauth-protected-resource/mcp`
      const challenge = { 'www-authenticate': `Bearer resource_metadata="${metadata}"` }
      return send(is('auth-200') ? 200 : 401, { error: {} }, is('no-challenge') ? {} : challenge)
    }
    let message: { id?: unknown; method: string; params: never }
    try {
      message = JSON.parse((await request.toArray()).join(''))
    } catch {
      const error = { code: -32700, message: 'Parse error' }
      if (is('malformed-500')) return send(500)
      return is('malformed-taken') ? send(200, { result: {} }) : send(400, { jsonrpc: '2.0', id: null, error })
    }
    if (typeof message !== 'object')
      return send(is('number-500') ? 500 : 400, {
        jsonrpc: '2.0',
        id: null,
        error: { code: -32600, message: 'No message' },
      })
    if (message.id === undefined) return send(202)
    if (message.method === 'tools/list' && is('list-500')) return send(500)
    send(200, { jsonrpc: '2.0', id: message.id, ...reply(message) })
  }

  return { url, close: () => server.close().closeAllConnections() }
}
