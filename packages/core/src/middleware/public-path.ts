import type { Context, Middleware } from 'koa'

/**
 * Takes the path of the public URL off each request, so that everything after it sees the paths of the plugin alone. The
 * proxy may have removed it already, and well-known documents at the root of the domain never have it: a request without
 * it is taken as it is.
 *
 * A plugin at `/notes` may itself have the path `/notes/{id}`. Then `/notes/mcp` can mean two things: MCP, or the note
 * `mcp` behind a proxy that removes `/notes`. What a trusted proxy says in X-Forwarded-Prefix decides. Without it, the
 * path is removed where something is left that the plugin serves.
 * @param base the path of the public URL, without a slash at the end
 * @param isMeant whether a path that begins with `base` is meant as it is; `rest` is what would be left of it
 */
export function publicPath(
  base: string,
  isMeant: (path: string, rest: string, ctx: Context) => boolean = () => false,
): Middleware {
  return (ctx, next) => {
    const { path } = ctx
    if ((path !== base && !path.startsWith(`${base}/`)) || hasRemoved(ctx, base)) return next()
    const rest = path.slice(base.length) || '/'
    if (!isMeant(path, rest, ctx)) ctx.path = rest
    return next()
  }
}

/** Whether a trusted proxy says that it has removed the path. */
const hasRemoved = (ctx: Context, base: string): boolean =>
  ctx.app.proxy && ctx.get('X-Forwarded-Prefix').replace(/\/$/, '') === base
