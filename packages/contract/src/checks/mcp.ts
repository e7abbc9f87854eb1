import { Client as McpClient, ProtocolError, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { callLimit } from '../deadline.ts'
import { fetchJson } from '../exchange.ts'
import type { Report } from '../finding.ts'
import { SchemaCheck } from '../schema-check.ts'
import { asObject, type Schema } from '../spec.ts'
import { Values } from '../values/values.ts'

export interface McpOptions {
  baseUrl: string
  /** Where the server is, if not at /mcp. */
  url?: string | undefined
  token?: string | undefined
  /** Whether operations need a token according to the spec. */
  isProtected: boolean
  seed?: number
  /** Calls only tools with readOnlyHint. */
  safe?: boolean
  /** Whether to call a tool, by its name. */
  isChosen?: (name: string) => boolean
}

interface Tool {
  name: string
  description?: string
  inputSchema: Schema
  outputSchema?: Schema
  annotations?: Schema
}

const longest = 15_000
const stranger = 'https://stranger.contract-tester.example'
const hints = ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint']
const eras = { 'before 2026': 'legacy', 'of 2026-07-28': 'auto' } as const

/** Checks the MCP server, if there is one. Only tools with readOnlyHint are called with valid input. */
export async function checkMcp(options: McpOptions, report: Report): Promise<void> {
  const url = options.url ?? `${options.baseUrl}/mcp`
  const probe = await post(url, message('tools/list'), options.token, report)
  if (!probe || probe.status === 404 || probe.status === 405) return
  await checkAccess(url, options, report)
  if (options.isProtected && !options.token) return report.skip('mcp', 'tools', 'no token was given: --token')
  for (const [words, mode] of Object.entries(eras)) {
    const client = new McpClient({ name: 'contract-tester', version: '1' }, { versionNegotiation: { mode } })
    const headers = { ...(options.token && { authorization: `Bearer ${options.token}` }) }
    try {
      await client.connect(
        new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers }, fetch: fetchInTime }),
      )
      const { tools } = await client.listTools(undefined, { timeout: longest })
      report.calls += 2
      if (tools.length === 0) report.add('mcp-connect', 'mcp', `a client ${words} sees no tool`)
      if (mode === 'auto') await checkTools(client, tools as unknown as Tool[], options, report)
    } catch (error) {
      report.add('mcp-connect', 'mcp', `a client ${words} fails: ${(error as Error).message.slice(0, 300)}`)
    } finally {
      await client.close().catch(() => {})
    }
  }
}

/** Checks origins, tokens and invalid messages. */
async function checkAccess(url: string, { token, isProtected }: McpOptions, report: Report): Promise<void> {
  const list = message('tools/list')
  const foreign = await post(url, list, token, report, { origin: stranger })
  if (foreign?.ok)
    report.add('mcp-origin', 'mcp', `a call with the header "Origin: ${stranger}" is answered with ${foreign.status}`)
  for (const [what, body] of Object.entries({
    'an incomplete message': '{"jsonrpc": "2.0",',
    'a number': '5',
    'an empty body': '',
  })) {
    const answer = await post(url, body, token, report)
    if (answer && (answer.status >= 500 || (answer.ok && !/"error"/.test(await answer.text()))))
      report.add('mcp-protocol', 'mcp', `${what} is answered with ${answer.status}`)
  }
  if (!isProtected) return
  for (const [what, made] of Object.entries({ 'no token': undefined, 'an invalid token': 'made-up-by-the-tester' })) {
    const answer = await post(url, message('tools/call', { name: 'any', arguments: {} }), made, report)
    if (!answer) continue
    if (answer.status !== 401) report.add('mcp-auth', 'mcp', `a call with ${what} is answered with ${answer.status}`)
    else await checkChallenge(url, answer.headers.get('www-authenticate') ?? '', report)
  }
}

/** RFC 9728, section 3.3: the metadata must be that of the requested resource. */
async function checkChallenge(url: string, challenge: string, report: Report): Promise<void> {
  if (challenge === '') return report.add('mcp-challenge', 'mcp', 'a 401 has no WWW-Authenticate')
  const named = /resource_metadata="([^"]+)"/.exec(challenge)?.[1]
  if (named === undefined) return
  const { origin } = new URL(url)
  const here = URL.canParse(named) ? origin + new URL(named).pathname : named
  report.calls++
  const { resource, authorization_servers: servers } = asObject((await fetchJson(here))?.json)
  if (typeof resource !== 'string' || !Array.isArray(servers) || servers.length === 0)
    return report.add('mcp-challenge', 'mcp', `${named} has no resource and authorization_servers`)
  if (!URL.canParse(resource) || !url.endsWith(new URL(resource).pathname.replace(/\/$/, '')))
    report.add('mcp-challenge', 'mcp', `the metadata is that of ${resource}, not of this server`)
}

async function checkTools(
  client: McpClient,
  tools: readonly Tool[],
  { seed = 1, safe = false, isChosen = () => true }: McpOptions,
  report: Report,
): Promise<void> {
  const check = new SchemaCheck('3.1')
  const values = await Values.open(check, seed)
  const names = new Set<string>()
  for (const tool of tools) {
    const fault = faultOf(tool, check) ?? (names.has(tool.name) ? 'another tool has its name' : undefined)
    names.add(tool.name)
    if (fault) report.add('mcp-tool', tool.name, fault)
    const missing = hints.filter((hint) => typeof asObject(tool.annotations)[hint] !== 'boolean')
    if (missing.length > 0) report.add('mcp-hints', tool.name, `${missing.join(', ')} is missing`)
    const reads = asObject(tool.annotations).readOnlyHint === true
    if (fault === undefined && isChosen(tool.name) && (reads || !safe))
      await checkCalls(client, tool, check, values, report)
  }
  const { error, result } = await call(client, 'noSuchTool', {}, report)
  if (!error && !result?.isError) report.add('mcp-refusal', 'mcp', 'a tool that does not exist can be called')
}

function faultOf({ name, description, inputSchema, outputSchema }: Tool, check: SchemaCheck): string | undefined {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(name))
    return `the name ${name.slice(0, 80)} is not 1 to 64 letters, digits, _ and -`
  if (!description) return 'it has no description'
  if (inputSchema.type !== 'object') return 'its inputSchema is not an object'
  // Model APIs do not resolve references.
  if (JSON.stringify(inputSchema).includes('"$ref"')) return 'its inputSchema has references'
  for (const [which, schema] of Object.entries({ inputSchema, outputSchema }))
    try {
      if (schema) check.fits(schema, {})
    } catch (error) {
      return `its ${which} is not a schema: ${(error as Error).message.slice(0, 200)}`
    }
  return undefined
}

async function checkCalls(
  client: McpClient,
  tool: Tool,
  check: SchemaCheck,
  values: Values,
  report: Report,
): Promise<void> {
  const { required } = tool.inputSchema
  if (Array.isArray(required) && required.length > 0) {
    const { error, result } = await call(client, tool.name, {}, report)
    if (!error && !result?.isError) report.add('mcp-refusal', tool.name, `it accepts a call without ${required[0]}`)
    if (error && error.code === -32603)
      report.add('mcp-refusal', tool.name, 'a call without input ends in an internal error')
  }
  if (asObject(tool.annotations).readOnlyHint !== true) return
  const input = values.ordinary(tool.inputSchema)
  if (input === undefined)
    return report.skip(tool.name, 'its answer by MCP', 'no input was found that matches its schema')
  const { error, result } = await call(client, tool.name, asObject(input), report)
  if (error) return report.add('mcp-output', tool.name, `a valid call ends in an error: ${error.message.slice(0, 200)}`)
  const { isError, content, structuredContent } = asObject(result)
  const [block] = Array.isArray(content) ? content : []
  const text = asObject(block).text
  if (isError) {
    if (!text) report.add('mcp-refusal', tool.name, 'it refuses without a text')
    return
  }
  if (!tool.outputSchema) return
  if (structuredContent === undefined)
    return report.add('mcp-output', tool.name, 'it has an outputSchema and answers without structuredContent')
  const fault = check.fault(tool.outputSchema, structuredContent)
  if (fault) report.add('mcp-output', tool.name, `its structuredContent does not match its outputSchema: ${fault}`)
  // Some clients read only one of them.
  if (typeof text !== 'string' || !isSame(text, structuredContent))
    report.add('mcp-text', tool.name, 'its text differs from its structuredContent')
}

function isSame(text: string, value: unknown): boolean {
  try {
    return JSON.stringify(JSON.parse(text)) === JSON.stringify(value)
  } catch {
    return false
  }
}

interface Called {
  error?: { code?: number; message: string }
  result?: Schema
}

/** A stream that stays open ends with the limit of a call. */
const fetchInTime = (url: string | URL, init: RequestInit = {}): Promise<Response> =>
  fetch(url, { ...init, signal: AbortSignal.any([callLimit(longest), ...(init.signal ? [init.signal] : [])]) })

/** Sends the request without the checks of the client, so that the tester judges the answer. */
async function call(client: McpClient, name: string, input: Schema, report: Report): Promise<Called> {
  report.calls++
  try {
    const result = await client.request(
      { method: 'tools/call', params: { name, arguments: input } },
      { timeout: longest },
    )
    return { result: result as unknown as Schema }
  } catch (error) {
    const { message } = error as Error
    return { error: { message, ...(error instanceof ProtocolError && { code: error.code }) } }
  }
}

const message = (method: string, params: Schema = {}): string =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })

async function post(
  url: string,
  body: string,
  token: string | undefined,
  report: Report,
  more: Record<string, string> = {},
): Promise<Response | undefined> {
  report.calls++
  const signal = callLimit(longest)
  return fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(token && { authorization: `Bearer ${token}` }),
      ...more,
    },
    body,
    signal,
  }).catch(() => undefined)
}
