import Koa, { type Context, type Middleware } from 'koa'
import type { Logger } from 'pino'
import { ifShared } from './call-counts.ts'
import { challengeDocument, toDocuments } from './documents.ts'
import { type Exchange, headersFor } from './exchange.ts'
import { crossOrigin, knownOrigins } from './middleware/cors.ts'
import { type Lifecycle, live, ready } from './middleware/health.ts'
import { home, isForPeople } from './middleware/home.ts'
import { hostCheck } from './middleware/host-check.ts'
import { isMcpPath, mcp } from './middleware/mcp.ts'
import { mountAt, mounts } from './middleware/mounts.ts'
import { operations } from './middleware/operations.ts'
import { document, pageHeaders, pages } from './middleware/pages.ts'
import { problems } from './middleware/problems.ts'
import { publicPath } from './middleware/public-path.ts'
import { requestLog } from './middleware/request-log.ts'
import { httpOperations, type Plugin } from './plugin.ts'
import { basePath } from './public-url.ts'
import { RateLimit } from './rate-limit.ts'
import { RouteTable } from './route-table.ts'
import { resumeActions } from './run.ts'

export interface AppOptions {
  /** The public URL of the plugin, without a slash at the end. It may have a path: docs/public-url.md. */
  publicUrl: string
  log: Logger
  /** Lets pages on localhost call, answers the private network preflight, and turns off the caching of documents. */
  development?: boolean
  /** The origins of pages that may call, besides ChatGPT's. */
  corsOrigins?: readonly string[]
  /** The most calls a minute of one caller, or from one address where there are no callers. By default 6,000. */
  rateLimit?: number
  /** The most calls a minute of a caller by its plan, instead of those in the definition. */
  rateLimits?: Readonly<Record<string, number>>
  /** How many proxies in front of the plugin add to X-Forwarded-For. */
  proxies?: number
  lifecycle?: Lifecycle
  /** The token with which OpenAI verifies the owner of this domain. */
  openAiChallenge?: string | undefined
  /** Whether `/` and `/docs` show a page to people. By default they do. */
  page?: boolean
  /** Where development keeps its secrets; the page names the file. */
  secretsFolder?: string
}

/** The Koa app that serves a plugin. `app.use` lists what happens to every request, in order; docs/a-request.md explains it. */
export async function createApp(plugin: Plugin, options: AppOptions): Promise<Koa<Exchange>> {
  const { publicUrl, log, development = false, lifecycle = { stopping: false } } = options
  const base = basePath(publicUrl)
  const headers = headersFor(publicUrl)
  const documents = await toDocuments(plugin, publicUrl)
  const rateLimit = new RateLimit({
    limit: options.rateLimit ?? 6000,
    plans: { ...plugin.rateLimits, ...options.rateLimits },
    shared: ifShared(plugin.needs.find((resource) => resource.counts)?.counts),
    onShared: (isShared, err) =>
      isShared
        ? log.info('calls are counted by all instances again')
        : log.warn({ err }, 'each instance counts calls alone'),
  })
  const isKnown = knownOrigins(publicUrl, options.corsOrigins ?? [], development)
  const hasPage = options.page ?? true
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

  const routes = new RouteTable(httpOperations(plugin))
  const hasOwn = (path: string) => routes.find(path) !== undefined || mountAt(plugin.mounts, path) !== undefined
  const isServed = (path: string, ctx: Context) =>
    hasOwn(path) || fixed.has(path) || isMcpPath(path) || (hasPage && isForPeople(ctx, path))

  resumeActions(plugin, log)
  const app = new Koa<Exchange>({ proxy: Boolean(options.proxies), maxIpsCount: options.proxies ?? 0 })
  app.on('error', (error) => log.warn({ err: error }, 'the connection broke'))
  app.use(requestLog(headers, log))
  app.use(problems)
  if (base !== '') app.use(publicPath(base, (path, rest, ctx) => hasOwn(path) && !isServed(rest, ctx)))
  app.use(hostCheck(publicUrl, ['/livez', '/readyz']))
  app.use(crossOrigin(documents, isKnown, development, plugin.mounts))
  app.use(operations(plugin, routes, rateLimit, base))
  app.use(await mcp({ plugin, publicUrl, rateLimit, isKnown }))
  app.use(pageHeaders(headers))
  app.use(mounts(plugin.mounts, rateLimit))
  if (hasPage) app.use(home({ plugin, publicUrl, development, secretsFolder: options.secretsFolder }))
  app.use(pages(fixed, base))
  return app
}
