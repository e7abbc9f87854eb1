import { ProtocolErrorCode } from '@modelcontextprotocol/server'
import type { Middleware } from 'koa'
import { readJson } from '../body.ts'
import { isPageOrigin } from '../environment.ts'
import type { CoreContext, Exchange } from '../exchange.ts'
import { acceptsEvents } from '../mcp/accept.ts'
import { Elicitations } from '../mcp/elicitation.ts'
import { createMcpServers } from '../mcp/mcp-server.ts'
import { MessageError, toMessages } from '../mcp/messages.ts'
import { publishMessage } from '../mcp/publish-message.ts'
import { Reply } from '../mcp/reply.ts'
import type { Plugin } from '../plugin.ts'
import { Problem } from '../problem.ts'
import type { RateLimit } from '../rate-limit.ts'

export interface McpOptions {
  plugin: Plugin
  publicUrl: string
  rateLimit: RateLimit
  /** Whether a page of this origin may call. */
  isKnown: (origin: string) => boolean
}

const path = '/mcp'
export const isMcpPath = (asked: string): boolean => asked === path || asked === `${path}/`

const bothTypes = 'application/json, text/event-stream'
const endless = 'subscriptions/listen'
/** The most messages in one request; protocol 2025-03-26 allows batches. */
const longestBatch = 20

interface Message {
  method?: unknown
  params?: { name?: unknown; _meta?: unknown } | undefined
}

/** MCP at /mcp: check the origin, authenticate, count, read the message, let the MCP server answer. */
export async function mcp(options: McpOptions): Promise<Middleware<Exchange>> {
  const { plugin, publicUrl, rateLimit, isKnown } = options
  const auth = plugin.auth.forMcp()
  const isConfirmed = plugin.operations.some(({ confirm }) => confirm)
  const elicitations = plugin.actions && isConfirmed ? new Elicitations(plugin.actions) : undefined
  const servers = await createMcpServers(plugin, publicUrl, elicitations)
  const scopes = new Map(plugin.operations.map(({ id, scope }) => [id, scope]))

  return async (ctx, next) => {
    if (!isMcpPath(ctx.path)) return next()
    ctx.state.route = path
    const { origin } = ctx.req.headers
    if (origin !== undefined && !isKnown(origin)) throw new Problem(403, whyForbidden(origin))
    if (ctx.method !== 'POST') {
      ctx.state.headers = rateLimit.count(ctx.ip)
      return answerOther(ctx)
    }
    const caller = await rateLimit.admit(ctx, auth)
    const streams = acceptsEvents(ctx)
    try {
      const body = await readMessage(ctx)
      const messages = (Array.isArray(body) ? body : [body]) as (Message | null)[]
      for (const message of messages) keepKnown(message)
      if (messages.length > longestBatch)
        throw new MessageError(ProtocolErrorCode.InvalidRequest, `Send at most ${longestBatch} messages at once`)
      for (let count = 1; count < messages.length; count++) rateLimit.count(ctx.ip, caller)
      if (!streams && messages.some((message) => message?.method === endless))
        throw new Problem(406, `${endless} answers with a stream: send the header "Accept: ${bothTypes}"`)
      // A client asks the user for more rights only if HTTP answers 403.
      for (const message of messages) {
        const scope = message?.method === 'tools/call' ? scopes.get(message.params?.name as string) : undefined
        if (scope !== undefined && !caller?.scopes?.includes(scope)) throw auth.insufficientScope(scope)
      }
      const { era, requests } = toMessages(ctx.req.headers, body)
      for (const message of messages) if (isAnswer(message)) await elicitations?.receive(message, caller?.id ?? '')
      if (requests.length === 0) return ctx.state.send(202, undefined, '')
      await publishMessage(ctx, messages, scopes, async () => {
        const reply = new Reply(ctx, { streams, prefersStream: era === 'legacy', count: requests.length })
        const sessionId = ctx.req.headers['mcp-session-id'] as string | undefined
        const from = { caller, exchange: ctx.state, sessionId }
        const numbers = requests.map((message) => servers[era].ask(message, { id: message.id, reply, from }))
        const isAnswered = await reply.done
        if (!isAnswered) for (const number of numbers) servers[era].cancel(number)
      })
    } catch (error) {
      if (!(error instanceof MessageError)) throw error
      const { code, message, data, id } = error
      ctx.state.send(400, 'application/json', JSON.stringify({ jsonrpc: '2.0', id, error: { code, message, data } }))
    }
  }
}

/** Says what really helps: `null` can never be allowed, because every sandboxed page and file has it. */
function whyForbidden(origin: string): string {
  if (origin === 'null')
    return 'Pages without an origin (files, sandboxed frames) may not call: serve the page by http, or let a program send no Origin header'
  if (isPageOrigin(origin))
    return `Pages of ${origin.slice(0, 100)} may not call: add the origin to CORS_ORIGINS if they should`
  return `The Origin header is not an origin, such as https://chat.example.com: let a program send no Origin header`
}

/** An answer to a question of the server has no method. */
const isAnswer = (message: object | null): boolean =>
  typeof message === 'object' && message !== null && 'id' in message && !('method' in message)

const ofMessage = ['jsonrpc', 'id', 'method', 'params']
const deepestNull = 10

/**
 * Some clients write null for what they leave out, and add members of their own to the message. The arguments of a tool are
 * read by its operation.
 */
function keepKnown(message: Message | null): void {
  if (typeof message !== 'object' || message === null || message.method === undefined) return
  for (const name of Object.keys(message)) if (!ofMessage.includes(name)) delete message[name as keyof Message]
  if (message.params === null) delete message.params
  leaveNullsOut(message.params, deepestNull)
}

function leaveNullsOut(holder: unknown, depth: number): void {
  if (typeof holder !== 'object' || holder === null || Array.isArray(holder) || depth === 0) return
  const members = holder as Record<string, unknown>
  for (const [name, value] of Object.entries(members))
    if (value === null) delete members[name]
    else if (name !== 'arguments') leaveNullsOut(value, depth - 1)
}

function answerOther(ctx: CoreContext): void {
  const allow = 'POST, OPTIONS'
  if (ctx.method !== 'OPTIONS')
    throw new Problem(405, 'This is an MCP server: send messages by POST', { headers: { allow } })
  ctx.set('Allow', allow)
  ctx.status = 204
}

/** @throws MessageError for a body that cannot be read */
async function readMessage(ctx: CoreContext): Promise<unknown> {
  const body = await readJson(ctx).catch((error) => {
    if (!(error instanceof Problem) || error.status !== 400) throw error
    throw new MessageError(ProtocolErrorCode.ParseError, error.message)
  })
  if (body === undefined)
    throw new MessageError(ProtocolErrorCode.ParseError, 'The body is empty: send a JSON-RPC message')
  return body
}
