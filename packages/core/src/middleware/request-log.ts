import { randomUUID } from 'node:crypto'
import type { RequestEvent } from '@reference-plugins/telemetry/events'
import type { Middleware, Next } from 'koa'
import type { Logger } from 'pino'
import { requestChannel } from '../channels.ts'
import { type CoreContext, Exchange } from '../exchange.ts'

const acceptable = /^[A-Za-z0-9._-]{1,64}$/

/** Starts the exchange of each request, and logs one line when it ends. */
export function requestLog(headers: readonly string[], log: Logger): Middleware<Exchange> {
  // Looking for secrets takes pino 80 µs a line, three times as long as the rest of a call, and these lines hold none.
  const lines = log.child({}, { redact: [] })

  return (ctx, next) => {
    if (!requestChannel.hasSubscribers) return answer(ctx, next)
    const event: RequestEvent = { request: ctx.req, scheme: ctx.protocol }
    return requestChannel.tracePromise(async () => {
      await answer(ctx, next)
      event.route = ctx.state.route
      event.status = ctx.res.statusCode
    }, event)
  }

  async function answer(ctx: CoreContext, next: Next): Promise<void> {
    const start = performance.now()
    const given = ctx.req.headers['x-request-id']
    const requestId = typeof given === 'string' && acceptable.test(given) ? given : randomUUID()
    ctx.state = new Exchange(ctx, requestId, log, headers)
    await next()
    if (!ctx.state.isLogged) return
    const { method, url = '' } = ctx.req
    const query = url.indexOf('?')
    // Without the query: it contains texts of users, and some clients put a token there.
    const path = query < 0 ? url : url.slice(0, query)
    const microseconds = Math.round((performance.now() - start) * 1000)
    lines.info({ requestId, method, path, status: ctx.res.statusCode, microseconds }, 'request')
  }
}
