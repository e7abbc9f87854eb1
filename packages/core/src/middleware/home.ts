import type { Middleware } from 'koa'
import type { CoreContext, Exchange } from '../exchange.ts'
import type { HomeFiles } from '../home/home-files.ts'
import type { HomeOptions } from '../home/home-options.ts'

/** The page for people at `/`, the reference at `/docs`, and their files. Nothing is imported or read before the first visitor. */
export function home(options: HomeOptions): Middleware<Exchange> {
  let files: HomeFiles | undefined
  return async (ctx, next) => {
    if (!isForPeople(ctx)) return next()
    files ??= new (await import('../home/home-files.ts')).HomeFiles(options)
    const file = await files.find(ctx.path)
    if (!file) return next()
    ctx.state.route = ctx.path.startsWith('/_page/') ? '/_page/{file}' : ctx.path
    ctx.set({ ...file.headers, 'Content-Type': file.type, ETag: file.etag })
    if (file.isNegotiated) ctx.vary('Accept')
    ctx.status = 200
    if (ctx.fresh) ctx.status = 304
    else ctx.body = file.body
  }
}

/** A caller that does not ask for HTML by name is a program, and gets the same 404 as at any other path. */
export function isForPeople(ctx: Pick<CoreContext, 'method' | 'path' | 'accepts'>, path = ctx.path): boolean {
  if (ctx.method !== 'GET' && ctx.method !== 'HEAD') return false
  if (path.startsWith('/_page/')) return true
  return (path === '/' || path === '/docs') && ctx.accepts('application/json', 'text/html') === 'text/html'
}
