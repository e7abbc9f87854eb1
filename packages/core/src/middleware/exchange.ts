import { randomUUID } from 'node:crypto'
import type { Context, Middleware } from 'koa'
import { type DestinationStream, type Logger, pino } from 'pino'
import type { Answerer } from '../answer.ts'
import { Problem, toProblem } from '../problem.ts'

const acceptable = /^[A-Za-z0-9._-]{1,64}$/

/**
 * One request and its answer: gives it an id, answers what goes wrong as a problem document, and logs one line.
 * What is a fault of ours is logged, and told to nobody.
 */
export function exchange(answerer: Answerer, log: Logger): Middleware {
  const writeLine = requestLines(log)
  return async (ctx, next) => {
    const start = performance.now()
    const given = ctx.req.headers['x-request-id']
    const requestId = typeof given === 'string' && acceptable.test(given) ? given : randomUUID()
    ctx.state.requestId = requestId
    try {
      if (!hasTarget(ctx)) throw new Problem(400, 'The target is no URL: send a path, such as /openapi.yaml')
      await next()
    } catch (error) {
      const problem = toProblem(error)
      if (problem.status >= 500) log.error({ requestId, err: problem.cause ?? error }, 'failed')
      answerer.problem(ctx, problem)
    }
    if (ctx.state.quiet) return
    writeLine(ctx, requestId, performance.now() - start)
  }
}

/**
 * Writes as pino does, to pino's own stream. These lines are made of what cannot be a secret, and pino's way through
 * redaction and serializers costs more than the rest of core together.
 */
function requestLines(log: Logger): (ctx: Context, requestId: string, ms: number) => void {
  const stream = (log as unknown as Record<symbol, DestinationStream>)[pino.symbols.streamSym] as DestinationStream
  const level = pino.levels.values.info
  return ({ req, res }, requestId, ms) => {
    if (!log.isLevelEnabled('info')) return
    // No query: it holds what users say, and in other people's clients sometimes a token.
    const path = JSON.stringify(pathOf(req.url))
    stream.write(
      `{"level":${level},"time":${Date.now()},"requestId":"${requestId}","method":"${req.method}","path":${path},` +
        `"status":${res.statusCode},"microseconds":${Math.round(ms * 1000)},"msg":"request"}\n`,
    )
  }
}

function pathOf(url = ''): string {
  const query = url.indexOf('?')
  return query < 0 ? url : url.slice(0, query)
}

/** Koa's path throws at some targets, and is null at others. */
export function hasTarget(ctx: Context): boolean {
  try {
    return typeof ctx.path === 'string'
  } catch {
    return false
  }
}
