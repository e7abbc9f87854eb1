import { randomUUID } from 'node:crypto'
import { Problem, problemType, toProblem, toProblemDocument } from '@reference-plugins/core'
import type { RequestEvent } from '@reference-plugins/telemetry/events'
import type { Context, Middleware, Next } from 'koa'
import type { Logger } from 'pino'
import { requestChannel } from '../channels.ts'

/** Answers errors as problem documents, and logs one line per request. */
export function problems(log: Logger): Middleware {
  return (ctx, next) => {
    if (!requestChannel.hasSubscribers) return answer(ctx, next)
    const event: RequestEvent = { request: ctx.req, scheme: ctx.protocol }
    return requestChannel.tracePromise(async () => {
      await answer(ctx, next)
      event.route = ctx._matchedRoute
      event.status = ctx.status
    }, event)
  }

  async function answer(ctx: Context, next: Next): Promise<void> {
    const requestId = randomUUID()
    const start = performance.now()
    ctx.set({ 'X-Request-Id': requestId, 'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'no-referrer' })
    try {
      await next()
      if (ctx.status === 404 && ctx.body === undefined)
        throw new Problem(404, `${ctx.path} does not exist: the page is at /`)
    } catch (error) {
      const problem = toProblem(error)
      if (problem.status >= 500) log.error({ requestId, err: problem.cause ?? error }, 'failed')
      ctx.status = problem.status
      ctx.set(problem.headers)
      ctx.set('Cache-Control', 'no-store')
      ctx.body = JSON.stringify(toProblemDocument(problem, requestId))
      ctx.type = problemType
    }
    const { method, path, status } = ctx
    const microseconds = Math.round((performance.now() - start) * 1000)
    log.info({ requestId, method, path: withoutSecret(path), status, microseconds }, 'request')
  }
}

/** The secret of a share is in its path. */
const withoutSecret = (path: string): string => path.replace(/^(\/+(?:api\/+shares|share)\/+).+/i, '$1…')

/**
 * Rejects requests that another site makes the browser send (CSRF). Browsers say where a request comes from; a command
 * line does not, and it sends no cookie of its own accord.
 */
export function sameSite(publicUrl: string): Middleware {
  const own = new URL(publicUrl).origin
  return (ctx, next) => {
    if (/^(GET|HEAD)$/.test(ctx.method)) return next()
    const origin = ctx.get('Origin')
    const site = ctx.get('Sec-Fetch-Site')
    const isOwn = origin === '' || origin === own || origin === `${ctx.protocol}://${ctx.host}`
    if (!isOwn || (site !== '' && site !== 'same-origin' && site !== 'none'))
      throw new Problem(403, 'The request comes from another site: use the page of the host')
    return next()
  }
}
