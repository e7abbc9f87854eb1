import { randomUUID } from 'node:crypto'
import type { Middleware } from 'koa'
import type { Logger } from 'pino'

const acceptable = /^[A-Za-z0-9._-]{1,64}$/

/** Gives each request an id, in the answer as well as in the log, and writes one line when it has been answered. */
export function requestLog(log: Logger): Middleware {
  return async (ctx, next) => {
    const start = performance.now()
    const given = ctx.headers['x-request-id']
    const requestId = typeof given === 'string' && acceptable.test(given) ? given : randomUUID()
    ctx.state.requestId = requestId
    ctx.res.setHeader('X-Request-Id', requestId)
    await next()
    if (ctx.state.quiet) return
    const ms = Math.round((performance.now() - start) * 100) / 100
    // No query: it holds what users say, and in other people's clients sometimes a token.
    log.info({ requestId, method: ctx.method, path: ctx.path, status: ctx.status, ms }, 'request')
  }
}
