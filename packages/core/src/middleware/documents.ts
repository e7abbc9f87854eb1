import type { Middleware } from 'koa'
import type { Document } from '../documents.ts'
import { Problem } from '../problem.ts'

/** Serves what never changes while the process runs. */
export function serveDocuments(documents: readonly Document[], cacheControl: string): Middleware {
  const byPath = new Map(documents.map((document) => [document.path, document]))
  return (ctx, next) => {
    const document = byPath.get(ctx.path)
    if (!document) return next()
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD')
      throw new Problem(405, `${ctx.path} can only be read: use GET`, { headers: { allow: 'GET, HEAD, OPTIONS' } })
    ctx.set('Content-Type', document.type)
    ctx.set('Cache-Control', cacheControl)
    ctx.set('ETag', document.etag)
    ctx.set('Cross-Origin-Resource-Policy', 'cross-origin')
    ctx.status = 200
    if (ctx.fresh) ctx.status = 304
    else ctx.body = document.body
  }
}
