import Koa, { type Middleware } from 'koa'
import type { Logger } from 'pino'
import { Answerer } from './answer.ts'
import { challengeDocument, toDocuments } from './documents.ts'
import { type Listener, toListener } from './listener.ts'
import { crossOrigin, knownOrigins } from './middleware/cors.ts'
import { exchange } from './middleware/exchange.ts'
import { type Lifecycle, live, ready } from './middleware/health.ts'
import { hostCheck } from './middleware/host-check.ts'
import { mcp } from './middleware/mcp.ts'
import { mounts } from './middleware/mounts.ts'
import { isCall, operations } from './middleware/operations.ts'
import { document, headers, noPage, pages } from './middleware/pages.ts'
import type { Plugin } from './plugin.ts'
import { RateLimit } from './rate-limit.ts'
import { RouteTable } from './route-table.ts'

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
  /** The token by which OpenAI knows that this domain is whose it is said to be. */
  openAiChallenge?: string | undefined
}

export interface App {
  /** Answers requests, for `node:http`. */
  callback(): Listener
}

/**
 * The Koa app that serves a plugin. Read downwards, the middleware is the life of a request; a call of an operation
 * that comes from no page needs three of them, and goes by those alone.
 */
export async function createApp(plugin: Plugin, options: AppOptions): Promise<App> {
  const { publicUrl, log, development = false, lifecycle = { stopping: false } } = options
  const answerer = new Answerer(publicUrl)
  const documents = await toDocuments(plugin, publicUrl)
  const rateLimit = new RateLimit(options.rateLimit ?? 6000)
  const isKnown = knownOrigins(publicUrl, options.corsOrigins ?? [], development)
  const cacheControl = development ? 'no-cache' : 'public, max-age=300'
  const fixed: Record<string, Middleware> = { '/livez': live, '/readyz': ready(plugin, lifecycle) }
  for (const held of documents) fixed[held.path] = document(held, cacheControl)
  if (options.openAiChallenge !== undefined) {
    const challenge = challengeDocument(options.openAiChallenge)
    fixed[challenge.path] = document(challenge, 'no-cache')
  }

  const begin = exchange(answerer, log)
  const checkHost = hostCheck(publicUrl, ['/livez', '/readyz'])
  const routes = new RouteTable(plugin.operations)
  const call = operations({ plugin, routes, answerer, log, rateLimit })
  const app = new Koa({ proxy: Boolean(options.proxies), maxIpsCount: options.proxies ?? 0 })
  app.on('error', (error) => log.warn({ err: error }, 'the connection broke'))

  app.use(begin)
  app.use(checkHost)
  app.use(crossOrigin(documents, isKnown, development))
  app.use(call)
  app.use(await mcp({ plugin, publicUrl, answerer, log, rateLimit, isKnown }))
  app.use(headers(answerer))
  app.use(mounts(plugin.mounts, rateLimit, log))
  app.use(pages(fixed))
  app.use(noPage)
  const listener = toListener(
    app,
    (ctx) => isCall(ctx, routes),
    (ctx, next) => begin(ctx, () => checkHost(ctx, () => call(ctx, next))),
  )
  return { callback: () => listener }
}
