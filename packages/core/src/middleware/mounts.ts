import type { Middleware, ParameterizedContext } from 'koa'
import type { Exchange } from '../exchange.ts'
import type { Mount, MountState } from '../plugin.ts'
import type { RateLimit } from '../rate-limit.ts'

/** What a plugin serves beside its operations. Koa's own response is used, so a mount can replace core's headers. */
export function mounts(all: readonly Mount[], rateLimit: RateLimit): Middleware<Exchange> {
  return async (ctx, next) => {
    const found = all.find(({ path }) => ctx.path === path || ctx.path.startsWith(`${path}/`))
    if (!found) return next()
    ctx.state.headers = await rateLimit.count(ctx.ip)
    const guard: MountState['guard'] = (authenticate) => rateLimit.guard(ctx.ip, authenticate)
    Object.assign(ctx.state, { guard })
    return found.middleware(ctx as ParameterizedContext<Exchange & MountState>, next)
  }
}
