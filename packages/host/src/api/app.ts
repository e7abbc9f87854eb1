import Router from '@koa/router'
import { basePath, hostCheck, type Lifecycle, Problem, publicPath } from '@reference-plugins/core'
import Koa, { type Middleware } from 'koa'
import type { Host } from '../host.ts'
import { accountRoutes } from './account-routes.ts'
import { activationRoutes, callbackRoutes } from './activation-routes.ts'
import { readJson } from './body.ts'
import { callRoutes } from './call-routes.ts'
import { conversationRoutes } from './conversation-routes.ts'
import { sessionCookie } from './cookies.ts'
import { exampleRoutes } from './example-routes.ts'
import { findRoutes } from './find-routes.ts'
import { problems, sameSite } from './guard.ts'
import { modelRoutes } from './model-routes.ts'
import { pluginRoutes } from './plugin-routes.ts'
import { registrationRoutes } from './registration-routes.ts'
import { reportRoutes } from './report-routes.ts'
import { addRoutes, addUserRoutes, type State } from './routes.ts'
import { sessionRoutes } from './session-routes.ts'
import { shareRoutes } from './share-routes.ts'
import { turnRoutes } from './turn-routes.ts'

const openRoutes = [sessionRoutes, callbackRoutes]
const userRoutes = [
  registrationRoutes,
  pluginRoutes,
  reportRoutes,
  activationRoutes,
  shareRoutes,
  conversationRoutes,
  turnRoutes,
  callRoutes,
  findRoutes,
  exampleRoutes,
  modelRoutes,
  accountRoutes,
]

/** The Koa app of the host. The middleware is listed in the order in which a request passes it. */
export function createHostApp(host: Host, page: Middleware, lifecycle: Lifecycle = { stopping: false }): Koa {
  const { publicUrl, log, proxies = 0 } = host.options
  const base = basePath(publicUrl)
  const app = new Koa({ proxy: proxies > 0, maxIpsCount: proxies })
  app.on('error', (error) => log.warn({ err: error }, 'the connection broke'))
  const router = new Router<State>()
  for (const routes of openRoutes) addRoutes(router, routes(host))
  for (const routes of userRoutes) addUserRoutes(router, routes(host), host.limits)

  app.use(problems(log))
  if (base !== '') app.use(publicPath(base))
  app.use(hostCheck(publicUrl, ['/livez', '/readyz']))
  app.use(sameSite(publicUrl))
  app.use(health(host, lifecycle))
  app.use(user(host))
  app.use(readJson)
  app.use(router.routes())
  app.use(apiNotFound(router))
  app.use(page)
  return app
}

const health =
  ({ database }: Host, lifecycle: Lifecycle): Middleware =>
  async (ctx, next) => {
    if (ctx.path !== '/livez' && ctx.path !== '/readyz') return next()
    if (ctx.path === '/readyz') {
      if (lifecycle.stopping)
        throw new Problem(503, 'Not ready: ask again in a second', { headers: { 'retry-after': '1' } })
      await database.ready()
    }
    ctx._matchedRoute = ctx.path
    ctx.body = 'ok'
  }

const user =
  ({ users, options }: Host): Middleware =>
  async (ctx, next) => {
    if (ctx.path.startsWith('/api/')) ctx.set('Cache-Control', 'no-store')
    ctx.state.user = await users.of(ctx.cookies.get(sessionCookie(options.publicUrl)))
    return next()
  }

const apiNotFound =
  (router: Router<State>): Middleware =>
  ({ path, method }, next) => {
    if (!path.startsWith('/api/')) return next()
    const methods = [...new Set(router.match(path, method).path.flatMap((layer) => layer.methods))].join(', ')
    if (methods === '') throw new Problem(404, `${path} does not exist`)
    throw new Problem(405, `${path} accepts ${methods}`, { headers: { allow: methods } })
  }
