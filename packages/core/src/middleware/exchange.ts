import { randomUUID } from 'node:crypto'
import type { Context, Middleware } from 'koa'
import { type DestinationStream, type Logger, pino } from 'pino'
import type { Answerer } from '../answer.ts'
import { Problem } from '../problem.ts'

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

interface HttpError extends Error {
  status: number
  expose: boolean
  headers?: Record<string, string>
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
function hasTarget(ctx: Context): boolean {
  try {
    return typeof ctx.path === 'string'
  } catch {
    return false
  }
}

function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  // The convention of the http-errors package, which Koa, koa-body and the store follow. HTTP clients throw errors
  // with a status too, that of somebody else's answer: those are not exposed.
  if (error instanceof Error && (error as Partial<HttpError>).expose === true) {
    const { status, message, headers = {} } = error as HttpError
    if (status === 503)
      return new Problem(503, 'The service cannot answer now: call again in a second', { headers, cause: error })
    if (status >= 400 && status < 500) return new Problem(status, message)
  }
  return new Problem(500, 'The service failed, and it has been logged: other input may help', { cause: error })
}
