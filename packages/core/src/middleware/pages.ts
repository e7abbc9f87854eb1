import type { Middleware } from 'koa'
import type { Document } from '../documents.ts'
import type { Exchange } from '../exchange.ts'
import { Problem } from '../problem.ts'

/** Sets core's headers on Koa's response, for everything that is not an operation. The handlers after it may replace them. */
export function pageHeaders(headers: readonly string[]): Middleware<Exchange> {
  return (ctx, next) => {
    for (let index = 0; index < headers.length; index += 2)
      ctx.set(headers[index] as string, headers[index + 1] as string)
    ctx.set('X-Request-Id', ctx.state.requestId)
    ctx.set('Referrer-Policy', 'no-referrer')
    return next()
  }
}

/** The handlers of fixed paths. It is the last middleware, so a request for any other path gets a 404. */
export function pages(handlers: ReadonlyMap<string, Middleware<Exchange>>, base: string): Middleware<Exchange> {
  const allow = 'GET, HEAD, OPTIONS'
  return (ctx, next) => {
    const handler = handlers.get(ctx.path)
    if (!handler) throw new Problem(404, `Nothing is at this path: ${base}/openapi.yaml lists every operation`)
    ctx.state.route = ctx.path
    if (ctx.method === 'GET' || ctx.method === 'HEAD') return handler(ctx, next)
    if (ctx.method !== 'OPTIONS')
      throw new Problem(405, `${base}${ctx.path} can only be read: use GET`, { headers: { allow } })
    ctx.set('Allow', allow)
    ctx.status = 204
  }
}

/** A document never changes while the process runs. */
export function document({ type, etag, body }: Document, cacheControl: string): Middleware<Exchange> {
  return (ctx) => {
    ctx.set({
      'Content-Type': type,
      'Cache-Control': cacheControl,
      ETag: etag,
      'Cross-Origin-Resource-Policy': 'cross-origin',
    })
    ctx.status = 200
    if (ctx.fresh) ctx.status = 304
    else ctx.body = body
  }
}
