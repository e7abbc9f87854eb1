import Router from '@koa/router'
import { hostCheck, Problem } from '@reference-plugins/core'
import Koa, { type Middleware } from 'koa'
import type { Host } from '../host.ts'
import { Presentation } from '../plugins/presentation.ts'
import { sessionCookie } from '../users/session-cookie.ts'
import { readJson } from './body.ts'
import { conversationRoutes } from './conversation-routes.ts'
import { problems, sameSite } from './guard.ts'
import { modelRoutes } from './model-routes.ts'
import { pluginRoutes } from './plugin-routes.ts'
import { registrationRoutes } from './registration-routes.ts'
import type { Api, State } from './request.ts'
import { sessionRoutes } from './session-routes.ts'
import { signInRoutes } from './sign-in-routes.ts'

/** The Koa app of the host. Read downwards, the middleware is the life of a request. */
export function createHostApp(host: Host, page: Middleware): Koa {
  const { publicUrl, log } = host.options
  const app = new Koa()
  app.on('error', (error) => log.warn({ err: error }, 'the connection broke'))
  const router = new Router<State>()
  const api: Api = {
    host,
    presentation: new Presentation(host),
    userOf(ctx) {
      if (!ctx.state.user) throw new Problem(401, 'Sign in first: POST /api/session with name and password')
      return ctx.state.user.id
    },
  }
  for (const routes of [sessionRoutes, registrationRoutes, pluginRoutes, signInRoutes, conversationRoutes, modelRoutes])
    routes(router, api)

  app.use(problems(log))
  app.use(hostCheck(publicUrl, ['/livez', '/readyz']))
  app.use(sameSite(publicUrl))
  app.use(health(host))
  app.use(async (ctx, next) => {
    if (ctx.path.startsWith('/api/')) ctx.set('Cache-Control', 'no-store')
    ctx.state.user = await host.users.of(ctx.cookies.get(sessionCookie(publicUrl)))
    return next()
  })
  app.use(readJson)
  app.use(router.routes())
  app.use((ctx, next) => {
    if (ctx.path.startsWith('/api/')) throw notThere(router, ctx.method, ctx.path)
    return next()
  })
  app.use(page)
  return app
}

const health =
  (host: Host): Middleware =>
  async (ctx, next) => {
    if (ctx.path === '/livez') ctx.body = 'ok'
    else if (ctx.path === '/readyz') {
      await host.database.ready()
      ctx.body = 'ok'
    } else return next()
  }

function notThere(router: Router<State>, method: string, path: string): Problem {
  const { path: fitting } = router.match(path, method)
  const methods = [...new Set(fitting.flatMap((layer) => layer.methods))]
  if (methods.length === 0) return new Problem(404, `There is nothing at ${path}`)
  return new Problem(405, `${path} takes ${methods.join(', ')}`, { headers: { allow: methods.join(', ') } })
}
