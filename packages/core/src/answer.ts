import type { Context } from 'koa'
import { type Problem, problemType, toProblemDocument } from './problem.ts'

/** What keeps a browser from guessing, framing, running or keeping an answer: names and values in turn. */
export const protection: readonly string[] = [
  'X-Content-Type-Options',
  'nosniff',
  'Content-Security-Policy',
  "default-src 'none'; frame-ancestors 'none'",
  'Cache-Control',
  'no-store',
]

/** Writes answers, each with core's headers and with those in `ctx.state.headers`. */
export class Answerer {
  /** Names and values in turn, as writeHead takes them. */
  readonly headers: readonly string[]

  constructor(publicUrl: string) {
    this.headers = [
      ...protection,
      'Vary',
      'Origin',
      ...(publicUrl.startsWith('https:') ? ['Strict-Transport-Security', 'max-age=31536000'] : []),
    ]
  }

  /**
   * Answers with text. The headers leave in one call and Koa's own response is passed by,
   * since setting them one by one costs as much as the rest of core together.
   */
  text(ctx: Context, status: number, type: string | undefined, text: string, more: readonly string[] = []): void {
    if (ctx.res.headersSent) return
    const bytes = Buffer.byteLength(text)
    this.begin(ctx, status, type, [...more, 'Content-Length', String(bytes)])
    // The same bytes where the text is ASCII, and copied faster.
    ctx.res.end(text, bytes === text.length ? 'latin1' : 'utf8')
  }

  /** The beginning of an answer that the caller writes on. */
  begin(ctx: Context, status: number, type: string | undefined, more: readonly string[] = []): void {
    const { headers = [] } = ctx.state as { headers?: readonly string[] }
    ctx.respond = false
    const all = this.headers.concat(headers, more)
    all.push('X-Request-Id', ctx.state.requestId)
    if (type !== undefined) all.push('Content-Type', type)
    ctx.res.writeHead(status, all)
  }

  problem(ctx: Context, problem: Problem): void {
    const text = JSON.stringify(toProblemDocument(problem, ctx.state.requestId))
    this.text(ctx, problem.status, problemType, text, Object.entries(problem.headers).flat())
  }
}
