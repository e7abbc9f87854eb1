import type { Middleware } from 'koa'
import type { CoreContext, Exchange } from '../exchange.ts'

/**
 * Takes the path of the public URL off each request, so that everything after it sees the paths of the plugin alone. The
 * proxy may have removed it already, and well-known documents at the root of the domain never have it: a request without
 * it is taken as it is.
 *
 * A plugin at `/notes` may itself have the path `/notes/{id}`. Then `/notes/mcp` can mean two things: MCP, or the note
 * `mcp` behind a proxy that removes `/notes`. What a trusted proxy says in X-Forwarded-Prefix decides. Without it, the
 * path is removed where something is left that the plugin serves.
 * @param base the path of the public URL, without a slash at the end
 * @param hasOwn whether the plugin itself defines something at a path
 * @param isServed whether this request would be answered at a path
 */
export function publicPath(
  base: string,
  hasOwn: (path: string) => boolean,
  isServed: (path: string, ctx: CoreContext) => boolean,
): Middleware<Exchange> {
  return (ctx, next) => {
    const { path } = ctx
    if ((path !== base && !path.startsWith(`${base}/`)) || hasRemoved(ctx, base)) return next()
    const rest = path.slice(base.length) || '/'
    if (!hasOwn(path) || isServed(rest, ctx)) ctx.path = rest
    return next()
  }
}

/** Whether a trusted proxy says that it has removed the path. */
const hasRemoved = (ctx: CoreContext, base: string): boolean =>
  ctx.app.proxy && ctx.get('X-Forwarded-Prefix').replace(/\/$/, '') === base
