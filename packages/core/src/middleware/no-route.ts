import type { Middleware } from 'koa'
import { Problem } from '../problem.ts'

/** Stands behind the router: what comes here has no route, or not with this method. */
export const noRoute: Middleware = (ctx) => {
  const methods = new Set<string>(((ctx.matched ?? []) as { methods: string[] }[]).flatMap((layer) => layer.methods))
  if (methods.size === 0) throw new Problem(404, 'Nothing is at this path: /openapi.yaml lists every operation')
  const allow = [...methods, 'OPTIONS'].sort().join(', ')
  if (ctx.method === 'OPTIONS') {
    ctx.set('Allow', allow)
    ctx.status = 204
    return
  }
  throw new Problem(405, `This path takes ${allow}: /openapi.yaml lists every operation`, { headers: { allow } })
}
