import cluster from 'node:cluster'
import { basename, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Logger } from 'pino'
import type { z } from 'zod'
import { createApp } from './app.ts'
import { type Environment, readEnvironment } from './environment.ts'
import type { Lifecycle } from './middleware/health.ts'
import { closePlugin, type Plugin } from './plugin.ts'
import { basePath } from './public-url.ts'
import { listen, longestStop } from './server.ts'
import { openLog } from './telemetry.ts'
import { announce, onStopMessage, WorkerFailed, Workers } from './workers.ts'

export interface ServeOptions<Own extends z.ZodType> {
  port: number
  /** The plugin's folder, which contains its data. */
  folder: URL
  /** The schema of the variables that only this plugin reads. */
  settings?: Own
}

/**
 * Runs a plugin until SIGTERM or SIGINT, also while it starts. Prints one line when it is ready; a start failure prints
 * one line on standard error and sets the exit code 1. With WEB_CONCURRENCY above 1 it runs as worker processes.
 */
export async function serve<Own extends z.ZodType = z.ZodUnknown>(
  createPlugin: (settings: Environment & z.output<Own>) => Promise<Plugin>,
  options: ServeOptions<Own>,
): Promise<void> {
  // Whatever a plugin writes is for its own user only.
  process.umask(0o077)
  const lifecycle = { stopping: false }
  // In the order of their start.
  const started: (() => Promise<void>)[] = []
  const stop = async () => {
    for (const stopOne of started.splice(0).reverse()) await stopOne()
  }
  const exit = stopOnSignal(lifecycle, stop)
  try {
    const environment = readEnvironment(process.env, options, options.settings)
    const { log, close } = await openLog(nameOf(options), environment.LOG_LEVEL, environment.NODE_ENV === 'development')
    started.push(close)
    if (environment.WEB_CONCURRENCY > 1 && cluster.isPrimary) {
      const workers = new Workers({
        count: environment.WEB_CONCURRENCY,
        longestStop: environment.SHUTDOWN_DELAY * 1000 + 2 * longestStop,
        warn: (message) => log.warn(message),
      })
      started.push(() => workers.stop())
      console.log(`${await workers.start()}, ${environment.WEB_CONCURRENCY} workers`)
      workers.gaveUp.catch((error: Error) => {
        console.error(`${nameOf(options)} stops: ${error.message}`)
        exit(1)
      })
      return
    }
    const line = await startOne(createPlugin, environment, log, lifecycle, started)
    if (cluster.isWorker) announce(line)
    else console.log(line)
  } catch (error) {
    // A signal closed what the start needed.
    if (lifecycle.stopping) return
    const { expose, message, stack } = error as Error & { expose?: boolean }
    if (!(error instanceof WorkerFailed && error.isExplained))
      console.error(`${nameOf(options)} cannot start: ${expose ? message : stack}`)
    process.exitCode = 1
    await stop()
    // The channel to the first process would keep it alive.
    if (cluster.isWorker) process.exit()
  }
}

const nameOf = ({ folder }: { folder: URL }): string => basename(fileURLToPath(folder))

/** Starts a plugin in this process. Returns its start line. */
async function startOne<Own>(
  createPlugin: (settings: Environment & Own) => Promise<Plugin>,
  environment: Environment & Own,
  log: Logger,
  lifecycle: Lifecycle,
  started: (() => Promise<void>)[],
): Promise<string> {
  const { HOST: host, PORT: port, PUBLIC_URL: publicUrl, TRUSTED_PROXIES: proxies } = environment
  const plugin = await createPlugin(environment)
  started.push(() => closePlugin(plugin))
  const app = await createApp(plugin, {
    publicUrl,
    log,
    development: environment.NODE_ENV === 'development',
    lifecycle,
    corsOrigins: environment.CORS_ORIGINS,
    rateLimit: environment.RATE_LIMIT,
    rateLimits: environment.RATE_LIMITS,
    proxies,
    openAiChallenge: environment.OPENAI_APPS_CHALLENGE,
    page: environment.PAGE === 'on',
    secretsFolder: dirname(environment.DATABASE_URL.replace(/^file:/, '')),
  })
  const running = await listen(app.callback(), {
    host,
    port,
    lifecycle,
    proxies,
    shutdownDelay: environment.SHUTDOWN_DELAY,
  })
  started.push(() => running.stop())
  return startLine(plugin, environment)
}

function startLine({ name, auth, servesFrom }: Plugin, { PUBLIC_URL: publicUrl, PAGE }: Environment): string {
  const page = PAGE === 'on' ? ' (open it in a browser)' : ''
  const base = basePath(publicUrl)
  const places = `manifest ${base}/.well-known/ai-plugin.json, spec ${base}/openapi.yaml, MCP ${base}/mcp`
  const data = servesFrom === undefined ? '' : `, data: ${servesFrom}`
  return `${name} is ready at ${publicUrl}${page}: ${places} (auth ${auth.manifest(publicUrl).type})${data}`
}

/** Returns what stops the process with an exit code. */
function stopOnSignal(lifecycle: Lifecycle, stop: () => Promise<void>): (code: number) => void {
  const exit = (code: number) => {
    if (lifecycle.stopping) return
    lifecycle.stopping = true
    stop().then(
      () => process.exit(code),
      (error) => {
        console.error(error)
        process.exit(1)
      },
    )
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      // A second signal means: do not wait.
      if (lifecycle.stopping) process.exit(1)
      exit(0)
    })
  onStopMessage(() => exit(0))
  return exit
}
