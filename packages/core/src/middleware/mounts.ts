import type { Middleware } from 'koa'
import type { Exchange } from '../exchange.ts'
import type { Mount } from '../plugin.ts'
import { toProblem } from '../problem.ts'
import type { RateLimit } from '../rate-limit.ts'

/** The first mount at a path or above it. */
export const mountAt = (all: readonly Mount[], path: string): Mount | undefined =>
  all.find((mount) => path === mount.path || path.startsWith(`${mount.path}/`))

/** The mounts of a plugin: pages and files beside its operations. Koa's own response is used, so a mount can replace core's headers. */
export function mounts(all: readonly Mount[], rateLimit: RateLimit): Middleware<Exchange> {
  return async (ctx, next) => {
    const found = mountAt(all, ctx.path)
    if (!found) return next()
    ctx.state.route = found.path
    try {
      ctx.state.headers = rateLimit.count(ctx.ip)
      ctx.state.guard = (authenticate) => rateLimit.guard(ctx.ip, authenticate)
      await found.middleware(ctx, next)
    } catch (error) {
      if (!found.errorBody) throw error
      const problem = toProblem(error)
      if (problem.status >= 500) ctx.state.log.error({ err: problem.cause ?? error }, 'failed')
      ctx.set(problem.headers)
      ctx.status = problem.status
      ctx.body = JSON.stringify(found.errorBody(problem))
      ctx.set('Content-Type', 'application/json')
    }
  }
}
