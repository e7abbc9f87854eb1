import type { Context, ParameterizedContext } from 'koa'
import type { Logger } from 'pino'
import { type Problem, problemType, toProblemDocument } from './problem.ts'

/** Stops a browser from guessing the type of an answer and from framing, running or caching it: names and values in turn. */
export const protection: readonly string[] = [
  'X-Content-Type-Options',
  'nosniff',
  'Content-Security-Policy',
  "default-src 'none'; frame-ancestors 'none'",
  'Cache-Control',
  'no-store',
]

/** The headers of every answer, names and values in turn. */
export const headersFor = (publicUrl: string): readonly string[] => [
  ...protection,
  'Vary',
  'Origin',
  ...(publicUrl.startsWith('https:') ? ['Strict-Transport-Security', 'max-age=31536000'] : []),
]

/** The context of Koa in core's middleware: `ctx.state` is the exchange. */
export type CoreContext = ParameterizedContext<Exchange>

/**
 * One request and its answer: everything that the middleware passes on about a request, as `ctx.state`.
 * Answers of operations and of MCP are written here in one call, because setting headers one by one on Koa's response
 * costs as much as the rest of core.
 */
export class Exchange {
  readonly requestId: string
  /** More headers for the answer, names and values in turn. */
  headers: readonly string[] = []
  isLogged = true
  /** The path with its parameters in braces; undefined where nothing is at the path. */
  route: string | undefined
  readonly #ctx: Pick<Context, 'res' | 'respond'>
  readonly #log: Logger
  readonly #commonHeaders: readonly string[]

  constructor(ctx: Pick<Context, 'res' | 'respond'>, requestId: string, log: Logger, commonHeaders: readonly string[]) {
    this.#ctx = ctx
    this.requestId = requestId
    this.#log = log
    this.#commonHeaders = commonHeaders
  }

  /** Writes lines with the id of this request. Made when it is asked for, because few handlers log. */
  get log(): Logger {
    return this.#log.child({ requestId: this.requestId })
  }

  /** Core replaces it for a mount, which authenticates by itself. */
  guard<Result>(authenticate: () => Promise<Result>): Promise<Result> {
    return authenticate()
  }

  /** Answers with text, unless an answer has begun already. */
  send(status: number, type: string | undefined, text: string, more: readonly string[] = []): void {
    const { res } = this.#ctx
    if (res.headersSent) return
    const bytes = Buffer.byteLength(text)
    this.begin(status, type, [...more, 'Content-Length', String(bytes)])
    // The same bytes where the text is ASCII, and copied faster.
    res.end(text, bytes === text.length ? 'latin1' : 'utf8')
  }

  /** Writes the head of an answer; the caller writes the body to `ctx.res`. */
  begin(status: number, type: string | undefined, more: readonly string[] = []): void {
    this.#ctx.respond = false
    const all = this.#commonHeaders.concat(this.headers, more)
    all.push('X-Request-Id', this.requestId)
    if (type !== undefined) all.push('Content-Type', type)
    this.#ctx.res.writeHead(status, all)
  }

  sendProblem(problem: Problem): void {
    const text = JSON.stringify(toProblemDocument(problem, this.requestId))
    this.send(problem.status, problemType, text, Object.entries(problem.headers).flat())
  }
}
