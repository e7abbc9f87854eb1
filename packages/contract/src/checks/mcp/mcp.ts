import { Client as McpClient, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { placeAll } from '../../calls/credentials.ts'
import { callLimit, TimeOver } from '../../calls/deadline.ts'
import { type Answer, exchange, fetchJson } from '../../calls/exchange.ts'
import type { Report } from '../../rules/finding.ts'
import { assumedScheme, type Scheme } from '../../spec/security-schemes.ts'
import { asObject, type Schema } from '../../spec/spec.ts'
import type { FlatActions } from '../acting/flat-action.ts'
import { checkActingTools, type Send } from './mcp-acting.ts'
import { checkTools, type Tool, type ToolOptions } from './mcp-tools.ts'

export interface McpOptions extends ToolOptions {
  baseUrl: string
  /** Where the server is, if not at /mcp. */
  url?: string | undefined
  token?: string | undefined
  /** Where the API takes the token. The MCP server may take it there too, in place of `Authorization: Bearer`. */
  scheme?: Scheme | undefined
  /** Sent with every call. */
  headers?: Readonly<Record<string, string>>
  /** The token of a second user. */
  secondToken?: string | undefined
  /** Actions that the API has accepted, for tools of the same names. */
  actions?: FlatActions | undefined
  /** Whether operations need a token according to the spec. */
  isProtected: boolean
}

const longest = 15_000
const mostPages = 20
const stranger = 'stranger.contract-tester.example'
const eras = { 'before 2026': 'legacy', 'of 2026-07-28': 'auto' } as const

/**
 * Checks the MCP server.
 * @returns whether there is one
 */
export async function checkMcp(options: McpOptions, report: Report): Promise<boolean> {
  const url = options.url ?? `${options.baseUrl}/mcp`
  const asBearer = { ...options, scheme: undefined }
  const probe = await post(url, message('tools/list'), asBearer, report)
  if (!probe || !(await isMcp(probe, asBearer, report))) return false
  const isRefused = (probe.status === 401 || probe.status === 403) && options.scheme?.kind !== 'bearer'
  const other =
    isRefused && options.token && options.scheme && (await post(url, message('tools/list'), options, report))
  return checkServer(url, other && other.status !== probe.status ? options : asBearer, report)
}

async function checkServer(url: string, options: McpOptions, report: Report): Promise<boolean> {
  const open = await post(url, message('tools/list'), { ...options, token: undefined }, report)
  const isProtected = open?.status === 401 || options.isProtected
  await checkAccess(url, { ...options, isProtected }, report)
  if (isProtected && !options.token) report.skip('mcp', 'tools', 'no token was given: --token')
  else await checkClients(url, options, report)
  return true
}

async function checkClients(url: string, options: McpOptions, report: Report): Promise<void> {
  for (const [words, mode] of Object.entries(eras)) {
    const client = new McpClient({ name: 'contract-tester', version: '1' }, { versionNegotiation: { mode } })
    const placed = placedFor(url, options)
    try {
      await client.connect(
        new StreamableHTTPClientTransport(new URL(placed.url), {
          requestInit: { headers: placed.headers },
          fetch: fetchInTime,
        }),
      )
      report.calls++
      if (!client.getServerCapabilities()?.tools) {
        report.skip('mcp', 'tools', 'the server says that it has none')
        continue
      }
      const tools = await listTools(client, report)
      if (tools.length === 0) report.add('mcp-connect', 'mcp', `a client ${words} sees no tool`)
      if (mode === 'auto') await checkTools(client, tools, options, report)
      if (mode === 'auto' && options.actions && !options.safe)
        await checkActingTools(
          chosen(tools, options),
          { ...acting(url, options, report), actions: options.actions },
          report,
        )
    } catch (error) {
      report.add('mcp-connect', 'mcp', `a client ${words} fails: ${(error as Error).message.slice(0, 300)}`)
    } finally {
      await client.close().catch(() => {})
    }
  }
}

const chosen = (tools: readonly Tool[], { isChosen = () => true }: McpOptions): readonly Tool[] =>
  tools.filter(({ name }) => isChosen(name))

/** How tools are called that act. */
function acting(url: string, options: McpOptions, report: Report): { send: Send; hasSecond: boolean } {
  const { token, secondToken } = options
  const send: Send = async (params, user) => {
    const headers = {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': String(params.name),
    }
    const as = { ...options, token: user === 'second' ? secondToken : token }
    const answer = await post(url, message('tools/call', params), as, report, headers)
    // An answer may come as a stream of one event.
    const [, event] = /^data: ?(\{.*\})$/m.exec(answer?.text ?? '') ?? []
    const { result } = asObject(answer?.json ?? (event === undefined ? undefined : JSON.parse(event)))
    return result === undefined ? undefined : asObject(result)
  }
  return { send, hasSecond: secondToken !== undefined }
}

async function listTools(client: McpClient, report: Report): Promise<Tool[]> {
  const tools: Tool[] = []
  let cursor: string | undefined
  for (let page = 0; page < mostPages; page++) {
    report.calls++
    const list = await client.listTools(cursor === undefined ? undefined : { cursor }, { timeout: longest })
    tools.push(...(list.tools as unknown as Tool[]))
    cursor = list.nextCursor
    if (cursor === undefined) break
  }
  return tools
}

/** Whether an answer comes from an MCP server, and not from whatever answers every path alike. */
async function isMcp(probe: Answer, options: McpOptions, report: Report): Promise<boolean> {
  if ([404, 405, 501].includes(probe.status)) return false
  if (probe.text.includes('"jsonrpc"')) return true
  if (probe.status < 300) return false
  const other = await post(`${options.baseUrl}/not-mcp`, message('tools/list'), options, report)
  return other?.status !== probe.status
}

/** Checks origins, tokens and invalid messages. */
async function checkAccess(url: string, options: McpOptions, report: Report): Promise<void> {
  await checkOrigin(url, options, report)
  for (const [what, body] of Object.entries({
    'an incomplete message': '{"jsonrpc": "2.0",',
    'a number': '5',
    'an empty body': '',
  })) {
    const answer = await post(url, body, options, report)
    if (answer && (answer.status >= 500 || (answer.status < 300 && !/"error"/.test(answer.text))))
      report.add('mcp-protocol', 'mcp', `${what} is answered with ${answer.status}`)
  }
  if (!options.isProtected) return
  for (const [what, made] of Object.entries({ 'no token': undefined, 'an invalid token': 'made-up-by-the-tester' })) {
    const call = message('tools/call', { name: 'any', arguments: {} })
    const answer = await post(url, call, { ...options, token: made }, report)
    if (!answer) continue
    if (answer.status !== 401) report.add('mcp-auth', 'mcp', `a call with ${what} is answered with ${answer.status}`)
    // A key that the user has is not found by metadata.
    else if (options.scheme === undefined)
      await checkChallenge(url, String(answer.headers['www-authenticate'] ?? ''), report)
  }
}

/** Against DNS rebinding: a page of another site must not reach a server of this machine. */
async function checkOrigin(url: string, options: McpOptions, report: Report): Promise<void> {
  const origin = `https://${stranger}`
  const accepts = async (headers: Record<string, string>) => {
    for (const text of [initialize, message('tools/list')]) {
      const answer = await post(url, text, options, report, headers)
      if (answer && answer.status < 300 && /"result"/.test(answer.text)) return true
    }
    return false
  }
  if (!(await accepts({ origin }))) return
  const detail = `a call with the header "Origin: ${origin}" is answered`
  // A page has no token. Where the name of the server is checked, another one does not lead there.
  const isReachable = !options.isProtected && (await accepts({ origin, host: stranger }))
  report.add(isReachable ? 'mcp-origin' : 'mcp-origin-unchecked', 'mcp', detail)
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

const message = (method: string, params: Schema = {}): string =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })

const initialize = message('initialize', {
  protocolVersion: '2025-06-18',
  capabilities: {},
  clientInfo: { name: 'contract-tester', version: '1' },
})

async function post(
  url: string,
  body: string,
  options: Pick<McpOptions, 'token' | 'headers' | 'scheme'>,
  report: Report,
  more: Record<string, string> = {},
): Promise<Answer | undefined> {
  report.calls++
  const placed = placedFor(url, options)
  return exchange(placed.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...placed.headers,
      ...more,
    },
    body,
    longest: Math.min(longest, 5_000),
  }).catch((error) => {
    if (error instanceof TimeOver) throw error
    return undefined
  })
}

/** The address and the headers of a call with the token at its place. */
function placedFor(url: string, { token, headers, scheme }: Pick<McpOptions, 'token' | 'headers' | 'scheme'>) {
  const placed = placeAll(token ? [[scheme ?? assumedScheme('bearer'), token]] : [])
  const target = new URL(url)
  for (const [name, value] of placed.query) target.searchParams.append(name, value)
  const cookie = placed.cookies.map((pair) => pair.join('=')).join('; ')
  return { url: target.href, headers: { ...headers, ...placed.headers, ...(cookie && { cookie }) } }
}

/** A stream that stays open ends with the limit of a call. */
const fetchInTime = (url: string | URL, init: RequestInit = {}): Promise<Response> =>
  fetch(url, { ...init, signal: AbortSignal.any([callLimit(longest), ...(init.signal ? [init.signal] : [])]) })
