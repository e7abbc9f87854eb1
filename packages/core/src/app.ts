import Koa from 'koa'
import type { Logger } from 'pino'
import { toDocuments } from './documents.ts'
import { crossOrigin } from './middleware/cors.ts'
import { serveDocuments } from './middleware/documents.ts'
import { health, type Lifecycle } from './middleware/health.ts'
import { hostCheck } from './middleware/host-check.ts'
import { noRoute } from './middleware/no-route.ts'
import { problems } from './middleware/problems.ts'
import { rateLimit } from './middleware/rate-limit.ts'
import { requestLog } from './middleware/request-log.ts'
import { securityHeaders } from './middleware/security-headers.ts'
import { serveOperations } from './operations.ts'
import type { Plugin } from './plugin.ts'

export interface AppOptions {
  /** The origin under which the plugin is reached, without a slash at its end. */
  publicUrl: string
  log: Logger
  /** Lets pages on localhost call, answers the private network preflight, and keeps documents uncached. */
  development?: boolean
  /** Pages that may call beside ChatGPT's. */
  corsOrigins?: readonly string[]
  /** Calls a minute from one address. */
  rateLimit?: number
  /** How many proxies stand in front and add to X-Forwarded-For. */
  proxies?: number
  lifecycle?: Lifecycle
}

/** The Koa app that serves a plugin. Read downwards, the middleware is the life of a request. */
export async function createApp(plugin: Plugin, options: AppOptions): Promise<Koa> {
  const { publicUrl, log, development = false, corsOrigins = [], lifecycle = { stopping: false } } = options
  const app = new Koa({ proxy: Boolean(options.proxies), maxIpsCount: options.proxies ?? 0 })
  app.on('error', (error) => log.warn({ err: error }, 'the connection broke'))

  const documents = await toDocuments(plugin, publicUrl)
  app.use(requestLog(log))
  app.use(problems(log))
  app.use(securityHeaders(publicUrl))
  app.use(health(plugin, lifecycle))
  app.use(hostCheck(publicUrl))
  app.use(crossOrigin(documents, corsOrigins, development))
  app.use(serveDocuments(documents, development ? 'no-cache' : 'public, max-age=300'))
  app.use(rateLimit(options.rateLimit ?? 6000))
  app.use(serveOperations(plugin, log))
  app.use(noRoute)
  return app
}
