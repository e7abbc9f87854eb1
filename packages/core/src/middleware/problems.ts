import type { Middleware } from 'koa'
import type { CoreContext, Exchange } from '../exchange.ts'
import { Problem, toProblem } from '../problem.ts'

/** Answers every error with a problem document. A fault of the server is logged, and its details stay in the log. */
export const problems: Middleware<Exchange> = async (ctx, next) => {
  try {
    if (!hasPath(ctx)) throw new Problem(400, 'The target is not a URL: send a path, such as /openapi.yaml')
    await next()
  } catch (error) {
    const problem = toProblem(error)
    if (problem.status >= 500) ctx.state.log.error({ err: problem.cause ?? error }, 'failed')
    ctx.state.sendProblem(problem)
  }
}

/** Koa's path throws for some targets, and is null for others. */
function hasPath(ctx: CoreContext): boolean {
  try {
    return typeof ctx.path === 'string'
  } catch {
    return false
  }
}
