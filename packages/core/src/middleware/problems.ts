import type { Context, Middleware } from 'koa'
import type { Logger } from 'pino'
import { Problem, problemType, toProblemDocument } from '../problem.ts'

/** Answers every error as a problem document. What is a fault of ours is logged, and told to nobody. */
export function problems(log: Logger): Middleware {
  return async (ctx, next) => {
    try {
      await next()
    } catch (error) {
      const problem = toProblem(error)
      if (problem.status >= 500) log.error({ requestId: ctx.state.requestId, err: problem.cause ?? error }, 'failed')
      answer(ctx, problem)
    }
  }
}

function answer(ctx: Context, problem: Problem): void {
  ctx.status = problem.status
  ctx.set(problem.headers)
  ctx.set('Content-Type', problemType)
  ctx.body = JSON.stringify(toProblemDocument(problem, ctx.state.requestId))
}

function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  const { status, expose, message, headers } = error as Partial<Problem & { expose: boolean }>
  // The convention of the http-errors package, which Koa, koa-body and our store follow.
  if (status === 503 && expose)
    return new Problem(503, 'The service cannot answer now: call again in a second', {
      headers: headers ?? {},
      cause: error,
    })
  if (typeof status === 'number' && status >= 400 && status < 500) return new Problem(status, String(message))
  return new Problem(500, 'The service failed. It has been logged; calling again with other input may help', {
    cause: error,
  })
}
