import Router from '@koa/router'
import type { Middleware, ParameterizedContext } from 'koa'
import type { Answerer } from '../answer.ts'
import type { Document } from '../documents.ts'
import { Problem } from '../problem.ts'

/** Koa's middleware for what is not an operation: its answers get core's headers, which they may overrule. */
export function headers({ headers }: Answerer): Middleware {
  return (ctx, next) => {
    for (let index = 0; index < headers.length; index += 2)
      ctx.set(headers[index] as string, headers[index + 1] as string)
    ctx.set('X-Request-Id', ctx.state.requestId)
    ctx.set('Referrer-Policy', 'no-referrer')
    return next()
  }
}

/** Everything that is served at a fixed path. */
export function pages(handlers: Record<string, Middleware>): Middleware {
  const router = new Router({ strict: true, sensitive: true })
  for (const [path, handler] of Object.entries(handlers)) router.get(path, handler as never)
  return router.routes() as unknown as Middleware
}

/** A document never changes while the process runs. */
export function document({ type, etag, body }: Document, cacheControl: string): Middleware {
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

/** Stands last: what comes here has no page, or not with this method. */
export function noPage(ctx: ParameterizedContext): void {
  if (!ctx.matched?.length) throw new Problem(404, 'Nothing is at this path: /openapi.yaml lists every operation')
  const allow = 'GET, HEAD, OPTIONS'
  if (ctx.method !== 'OPTIONS') throw new Problem(405, `${ctx.path} can only be read: use GET`, { headers: { allow } })
  ctx.set('Allow', allow)
  ctx.status = 204
}
