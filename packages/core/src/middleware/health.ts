import type { Middleware } from 'koa'
import type { Exchange } from '../exchange.ts'
import type { Plugin } from '../plugin.ts'
import { Problem } from '../problem.ts'

const longestCheck = 500

/** Whether the server is stopping; shared by the code that stops it and the code that reports it. */
export interface Lifecycle {
  stopping: boolean
}

/** Answers while the process runs. */
export const live: Middleware<Exchange> = (ctx) => {
  ctx.state.isLogged = false
  ctx.set('Content-Type', 'application/json')
  ctx.body = '{"status":"ok"}'
}

/** Answers 200 while the plugin can serve and is not stopping. */
export function ready(plugin: Plugin, lifecycle: Lifecycle): Middleware<Exchange> {
  return async (ctx, next) => {
    ctx.state.isLogged = false
    if (lifecycle.stopping || !(await isReady(plugin)))
      throw new Problem(503, 'Not ready: ask again in a second', { headers: { 'retry-after': '1' } })
    return live(ctx, next)
  }
}

async function isReady(plugin: Plugin): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, longestCheck, false)
  })
  const all = Promise.all(plugin.needs.map((resource) => resource.ready())).then(
    () => true,
    () => false,
  )
  return Promise.race([all, tooLate]).finally(() => clearTimeout(timer))
}
