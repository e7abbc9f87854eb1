import { pipeline } from 'node:stream/promises'
import type { Middleware } from 'koa'
import { readJson } from '../body.ts'
import { isPageOrigin } from '../environment.ts'
import type { CoreContext, Exchange } from '../exchange.ts'
import { acceptsEvents, eventsToJson } from '../mcp/accept.ts'
import { type Callers, createMcpServer } from '../mcp/mcp-server.ts'
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
// The form that the SDK asks for.
const bothTypes = 'application/json, text/event-stream'
const endless = 'subscriptions/listen'
/** The most messages in one request; protocol 2025-03-26 allows batches. */
const longestBatch = 20

interface Message {
  method?: unknown
  params?: { name?: unknown } | undefined
}

/** MCP at /mcp: check the origin, authenticate, count, read the message, let the MCP server answer. */
export async function mcp(options: McpOptions): Promise<Middleware<Exchange>> {
  const { plugin, publicUrl, rateLimit, isKnown } = options
  const auth = plugin.auth.forMcp()
  const callers: Callers = new WeakMap()
  const server = await createMcpServer(plugin, publicUrl, callers)
  const scopes = new Map(plugin.operations.map(({ id, scope }) => [id, scope]))

  return async (ctx, next) => {
    if (ctx.path !== path && ctx.path !== `${path}/`) return next()
    const { origin } = ctx.req.headers
    if (origin !== undefined && !isKnown(origin)) throw new Problem(403, whyForbidden(origin))
    if (ctx.method !== 'POST') {
      ctx.state.headers = rateLimit.count(ctx.ip)
      return answerOther(ctx)
    }
    const caller = await rateLimit.admit(ctx, auth)
    const streams = acceptsEvents(ctx)
    const body = await readMessage(ctx)
    if (body === undefined) return
    const messages = (Array.isArray(body) ? body : [body]) as (Message | null)[]
    for (const message of messages) keepKnown(message)
    if (messages.length > longestBatch) return answerError(ctx, -32600, `Send at most ${longestBatch} messages at once`)
    for (let count = 1; count < messages.length; count++) rateLimit.count(ctx.ip, caller)
    if (!streams && messages.some((message) => message?.method === endless))
      throw new Problem(406, `${endless} answers with a stream: send the header "Accept: ${bothTypes}"`)
    // A client asks the user for more rights only if HTTP answers 403.
    for (const message of messages) {
      const scope = message?.method === 'tools/call' ? scopes.get(message.params?.name as string) : undefined
      if (scope !== undefined && !caller?.scopes?.includes(scope)) throw auth.insufficientScope(scope)
    }
    const request = toRequest(ctx, `${publicUrl}${path}`)
    callers.set(request, { caller, exchange: ctx.state })
    await answer(ctx, await server.fetch(request, { parsedBody: body }), streams)
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

/** The message; undefined if it cannot be read, which has then been answered. */
async function readMessage(ctx: CoreContext): Promise<unknown> {
  try {
    const body = await readJson(ctx)
    if (body !== undefined) return body
    answerError(ctx, -32700, 'The body is empty: send a JSON-RPC message')
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 400) throw error
    answerError(ctx, -32700, error.message)
  }
  return undefined
}

/** The id is null, because a message that cannot be read has none, JSON-RPC 2.0 section 5. */
function answerError(ctx: CoreContext, code: number, message: string): void {
  ctx.state.send(400, 'application/json', JSON.stringify({ jsonrpc: '2.0', id: null, error: { code, message } }))
}

/**
 * The members of a Request that the SDK reads if it gets the parsed body. A real Request would cost a tenth of the whole
 * call.
 */
function toRequest({ req, res }: CoreContext, url: string): Request {
  const abort = new AbortController()
  res.once('close', () => {
    if (!res.writableFinished) abort.abort()
  })
  const headers = {
    get: (name: string) => (name.toLowerCase() === 'accept' ? bothTypes : (req.headers[name.toLowerCase()] ?? null)),
  }
  return { url, method: 'POST', headers, signal: abort.signal } as unknown as Request
}

async function answer(ctx: CoreContext, response: Response, streams: boolean): Promise<void> {
  const type = response.headers.get('content-type') ?? undefined
  if (!response.body || !type?.startsWith('text/event-stream'))
    return ctx.state.send(response.status, type, await response.text())
  if (!streams) return ctx.state.send(response.status, 'application/json', eventsToJson(await response.text()))
  ctx.state.begin(response.status, type)
  await pipeline(response.body, ctx.res).catch((error: NodeJS.ErrnoException) => {
    // The client has gone away.
    if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
  })
}
