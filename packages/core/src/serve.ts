import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { z } from 'zod'
import { createApp } from './app.ts'
import { developmentFolder } from './development-secret.ts'
import { type Environment, readEnvironment } from './environment.ts'
import { createLog } from './log.ts'
import type { Lifecycle } from './middleware/health.ts'
import { closePlugin, type Plugin } from './plugin.ts'
import { listen } from './server.ts'

export interface ServeOptions<Own extends z.ZodType> {
  port: number
  /** The plugin's folder, which contains its data. */
  folder: URL
  /** The schema of the variables that only this plugin reads. */
  settings?: Own
}

/**
 * Runs a plugin until SIGTERM or SIGINT, also while it starts. Prints one line when it is ready; a start failure prints
 * one line on standard error and sets the exit code 1.
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
  stopOnSignal(lifecycle, stop)
  try {
    const environment = readEnvironment(process.env, options, options.settings)
    const { HOST: host, PORT: port, PUBLIC_URL: publicUrl } = environment
    const development = environment.NODE_ENV === 'development'
    const log = createLog(environment.LOG_LEVEL, development)
    started.push(async () => log.flush())
    const plugin = await createPlugin(environment)
    started.push(() => closePlugin(plugin))
    const app = await createApp(plugin, {
      publicUrl,
      log,
      development,
      lifecycle,
      corsOrigins: environment.CORS_ORIGINS,
      rateLimit: environment.RATE_LIMIT,
      proxies: environment.TRUSTED_PROXIES,
      openAiChallenge: environment.OPENAI_APPS_CHALLENGE,
      page: environment.PAGE === 'on',
      secretsFolder: developmentFolder(environment.DATABASE_URL),
    })
    const running = await listen(app.callback(), {
      host,
      port,
      lifecycle,
      proxies: environment.TRUSTED_PROXIES,
    })
    started.push(() => running.stop())
    console.log(startLine(plugin, environment))
  } catch (error) {
    // A signal closed what the start needed.
    if (lifecycle.stopping) return
    const { expose, message, stack } = error as Error & { expose?: boolean }
    console.error(`${basename(fileURLToPath(options.folder))} cannot start: ${expose ? message : stack}`)
    process.exitCode = 1
    await stop()
  }
}

function startLine({ name, auth, servesFrom }: Plugin, { PUBLIC_URL: publicUrl, PAGE }: Environment): string {
  const page = PAGE === 'on' ? ' (open it in a browser)' : ''
  const places = 'manifest /.well-known/ai-plugin.json, spec /openapi.yaml, MCP /mcp'
  const data = servesFrom === undefined ? '' : `, data: ${servesFrom}`
  return `${name} is ready at ${publicUrl}${page}: ${places} (auth ${auth.manifest(publicUrl).type})${data}`
}

function stopOnSignal(lifecycle: Lifecycle, stop: () => Promise<void>): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      // A second signal means: do not wait.
      if (lifecycle.stopping) process.exit(1)
      lifecycle.stopping = true
      stop().then(
        () => process.exit(0),
        (error) => {
          console.error(error)
          process.exit(1)
        },
      )
    })
}
