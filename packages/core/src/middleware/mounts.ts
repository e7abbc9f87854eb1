import type { Middleware } from 'koa'
import type { Exchange } from '../exchange.ts'
import type { Mount } from '../plugin.ts'
import type { RateLimit } from '../rate-limit.ts'

/** The mounts of a plugin: pages and files beside its operations. Koa's own response is used, so a mount can replace core's headers. */
export function mounts(all: readonly Mount[], rateLimit: RateLimit): Middleware<Exchange> {
  return async (ctx, next) => {
    const found = all.find(({ path }) => ctx.path === path || ctx.path.startsWith(`${path}/`))
    if (!found) return next()
    ctx.state.headers = await rateLimit.count(ctx.ip)
    ctx.state.guard = (authenticate) => rateLimit.guard(ctx.ip, authenticate)
    return found.middleware(ctx, next)
  }
}
