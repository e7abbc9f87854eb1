import type { Middleware } from 'koa'
import type { Logger } from 'pino'
import type { Task } from '../acting/task.ts'
import { pollInterval } from '../acting/task-document.ts'
import type { Caller } from '../auth/auth.ts'
import { readBody } from '../body.ts'
import type { Call, Confirming } from '../call.ts'
import { Deadlines } from '../deadline.ts'
import type { CoreContext, Exchange } from '../exchange.ts'
import { readInput } from '../input.ts'
import { fail } from '../operation.ts'
import type { Plugin } from '../plugin.ts'
import { Problem } from '../problem.ts'
import type { RateLimit } from '../rate-limit.ts'
import type { Route, RouteTable } from '../route-table.ts'
import { run } from '../run.ts'

/** Every operation at its path: authenticate, count, read the input, run, answer. */
export function operations(
  plugin: Plugin,
  routes: RouteTable,
  rateLimit: RateLimit,
  base: string,
): Middleware<Exchange> {
  const deadlines = new Deadlines()

  return async (ctx, next) => {
    const found = routes.find(ctx.path)
    if (!found) return next()
    const { route, captures } = found
    ctx.state.route = route.path
    const operation = route.operations.get(ctx.method)
    if (!operation) {
      ctx.state.headers = rateLimit.count(ctx.ip)
      return answerOther(ctx, route, base)
    }

    const call = new HttpCall(ctx)
    const deadline = deadlines.start((problem) => {
      ctx.state.sendProblem(problem)
      call.abort()
    })
    try {
      call.caller = await rateLimit.admit(ctx, plugin.auth)
      const body = operation.method === 'GET' ? undefined : await readBody(ctx)
      const input = readInput(operation.fields, { params: decode(route, captures), querystring: ctx.querystring, body })
      const { text, isReplayed, task } = await run(plugin, operation, input, call)
      if (task) return ctx.state.send(202, 'application/json', text, taskHeaders(task, base))
      ctx.state.send(200, 'application/json', text, isReplayed ? ['Idempotent-Replayed', 'true'] : [])
    } finally {
      deadlines.end(deadline)
    }
  }
}

/** Where the task is, and when to read it. */
const taskHeaders = ({ id }: Task, base: string): string[] => [
  'Location',
  `${base}/tasks/${id}`,
  'Retry-After',
  String(pollInterval),
]

function answerOther(ctx: CoreContext, { path, operations }: Route, base: string): void {
  const allow = [...operations.keys(), 'OPTIONS'].sort().join(', ')
  if (ctx.method !== 'OPTIONS')
    throw new Problem(405, `${base}${path} takes ${allow}: see ${base}/openapi.yaml`, { headers: { allow } })
  ctx.set('Allow', allow)
  ctx.status = 204
}

function decode({ names }: Route, captures: RegExpExecArray): Record<string, string> {
  const params: Record<string, string> = {}
  try {
    for (let index = 0; index < names.length; index++) {
      const text = captures[index + 1] as string
      params[names[index] as string] = text.includes('%') ? decodeURIComponent(text) : text
    }
  } catch {
    throw new Problem(400, 'The path is not percent-encoded UTF-8: encode each part, as encodeURIComponent does')
  }
  return params
}

/** A call over HTTP. Few handlers ask for a signal or a log, so both are made when asked for. */
class HttpCall implements Call {
  readonly via = 'http'
  caller: Caller | undefined
  readonly fail = fail
  readonly #ctx: CoreContext
  #abort: AbortController | undefined

  constructor(ctx: CoreContext) {
    this.#ctx = ctx
  }

  get idempotencyKey(): string | undefined {
    return this.#ctx.get('Idempotency-Key') || undefined
  }

  /** `Prefer: confirmation` (RFC 7240) says that the client can ask a person; `Confirmation` has the token of the answer 428. */
  get confirming(): Confirming {
    const token = this.#ctx.get('Confirmation') || undefined
    return { canAsk: /(^|[,;\s])confirmation($|[,;\s=])/i.test(this.#ctx.get('Prefer')), token }
  }

  /** `Prefer: respond-async` and `Prefer: wait=5`, RFC 7240. */
  get patience(): number | undefined {
    const prefer = this.#ctx.get('Prefer')
    const wait = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,4})/i.exec(prefer)?.[1]
    if (wait !== undefined) return Number(wait)
    return /(^|[,;\s])respond-async($|[,;\s])/i.test(prefer) ? 0 : undefined
  }

  get log(): Logger {
    return this.#ctx.state.log
  }

  get signal(): AbortSignal {
    if (!this.#abort) {
      this.#abort = new AbortController()
      this.#ctx.res.once('close', () => this.abort())
    }
    return this.#abort.signal
  }

  abort(): void {
    this.#abort?.abort()
  }

  /** HTTP has no way to report it. */
  progress(): void {}
}
