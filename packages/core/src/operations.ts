import Router from '@koa/router'
import type { Context, Middleware } from 'koa'
import type { Logger } from 'pino'
import type { Caller } from './auth/auth.ts'
import { readBody } from './body.ts'
import { readInput } from './input.ts'
import type { Plugin, PluginOperation } from './plugin.ts'
import { Problem } from './problem.ts'
import { type Call, run } from './run.ts'

/** ChatGPT waited this long for an answer. */
const longestCall = 45_000

/** Every operation at its route. */
export function serveOperations(plugin: Plugin, log: Logger): Middleware {
  // A trailing slash or another case would be a second address for the same thing.
  const router = new Router({ strict: true, sensitive: true })
  for (const operation of plugin.operations) {
    const path = operation.path.replaceAll(/\{([^}]+)\}/g, ':$1')
    router.register(path, [operation.method], (ctx) => serveOperation(plugin, operation, log, ctx))
  }
  return router.routes() as unknown as Middleware
}

async function serveOperation(plugin: Plugin, operation: PluginOperation, log: Logger, ctx: Context): Promise<void> {
  const caller = await plugin.auth.authenticate(ctx.headers.authorization)
  const body = operation.method === 'GET' ? undefined : await readBody(ctx)
  if (ctx.path.includes('%')) refuseMalformed(ctx.path)
  const input = readInput(operation.fields, { params: ctx.params, querystring: ctx.querystring, body })
  const call = new HttpCall(caller, log, ctx)
  const text = await call.within(run(plugin, operation, input, call))
  ctx.set('Content-Type', 'application/json')
  ctx.body = text
}

function refuseMalformed(path: string): void {
  try {
    decodeURIComponent(path)
  } catch {
    throw new Problem(400, 'The path is not percent-encoded UTF-8: encode each part, as encodeURIComponent does')
  }
}

/** A call that came by HTTP. Few handlers ask for a signal or a log, so both are made when asked for. */
class HttpCall implements Call {
  readonly caller: Caller | undefined
  readonly #log: Logger
  readonly #ctx: Context
  #abort: AbortController | undefined

  constructor(caller: Caller | undefined, log: Logger, ctx: Context) {
    this.caller = caller
    this.#log = log
    this.#ctx = ctx
  }

  get log(): Logger {
    return this.#log.child({ requestId: this.#ctx.state.requestId })
  }

  get signal(): AbortSignal {
    if (!this.#abort) {
      const abort = new AbortController()
      this.#ctx.res.once('close', () => abort.abort())
      this.#abort = abort
    }
    return this.#abort.signal
  }

  /** Gives up after 45 seconds, and tells the handler. */
  async within<Result>(work: Promise<Result>): Promise<Result> {
    let timer: NodeJS.Timeout | undefined
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Problem(504, 'The answer took over 45 seconds: ask for less, or call again later'))
        this.#abort?.abort()
      }, longestCall)
    })
    return Promise.race([work, tooLate]).finally(() => clearTimeout(timer))
  }
}
