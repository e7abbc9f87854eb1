import type { Middleware } from 'koa'
import type { Logger } from 'pino'
import type { Mount } from '../plugin.ts'
import type { RateLimit } from '../rate-limit.ts'

/** What a plugin serves beside its operations. Koa's own response is used, so its headers can be overruled. */
export function mounts(all: readonly Mount[], rateLimit: RateLimit, log: Logger): Middleware {
  return async (ctx, next) => {
    const found = all.find(({ path }) => ctx.path === path || ctx.path.startsWith(`${path}/`))
    if (!found) return next()
    ctx.state.headers = await rateLimit.count(ctx.ip)
    ctx.state.log = log.child({ requestId: ctx.state.requestId })
    return found.middleware(ctx, next)
  }
}
