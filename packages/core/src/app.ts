import Koa, { type Middleware } from 'koa'
import type { Logger } from 'pino'
import { challengeDocument, toDocuments } from './documents.ts'
import { type Exchange, headersFor } from './exchange.ts'
import { crossOrigin, knownOrigins } from './middleware/cors.ts'
import { type Lifecycle, live, ready } from './middleware/health.ts'
import { hostCheck } from './middleware/host-check.ts'
import { mcp } from './middleware/mcp.ts'
import { mounts } from './middleware/mounts.ts'
import { operations } from './middleware/operations.ts'
import { document, pageHeaders, pages } from './middleware/pages.ts'
import { problems } from './middleware/problems.ts'
import { requestLog } from './middleware/request-log.ts'
import type { Plugin } from './plugin.ts'
import { RateLimit } from './rate-limit.ts'

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

/** The Koa app that serves a plugin. `app.use` lists what happens to every request, in order; docs/a-request.md explains it. */
export async function createApp(plugin: Plugin, options: AppOptions): Promise<Koa<Exchange>> {
  const { publicUrl, log, development = false, lifecycle = { stopping: false } } = options
  const headers = headersFor(publicUrl)
  const documents = await toDocuments(plugin, publicUrl)
  const rateLimit = new RateLimit(options.rateLimit ?? 6000)
  const isKnown = knownOrigins(publicUrl, options.corsOrigins ?? [], development)
  const cacheControl = development ? 'no-cache' : 'public, max-age=300'
  const fixed = new Map<string, Middleware<Exchange>>([
    ['/livez', live],
    ['/readyz', ready(plugin, lifecycle)],
  ])
  for (const one of documents) fixed.set(one.path, document(one, cacheControl))
  if (options.openAiChallenge !== undefined) {
    const challenge = challengeDocument(options.openAiChallenge)
    fixed.set(challenge.path, document(challenge, 'no-cache'))
  }

  const app = new Koa<Exchange>({ proxy: Boolean(options.proxies), maxIpsCount: options.proxies ?? 0 })
  app.on('error', (error) => log.warn({ err: error }, 'the connection broke'))
  app.use(requestLog(headers, log))
  app.use(problems)
  app.use(hostCheck(publicUrl, ['/livez', '/readyz']))
  app.use(crossOrigin(documents, isKnown, development))
  app.use(operations(plugin, rateLimit))
  app.use(await mcp({ plugin, publicUrl, rateLimit, isKnown }))
  app.use(pageHeaders(headers))
  app.use(mounts(plugin.mounts, rateLimit))
  app.use(pages(fixed))
  return app
}
