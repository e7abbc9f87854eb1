import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { z } from 'zod'
import { createApp } from './app.ts'
import { developmentFolder } from './development-secret.ts'
import { type Environment, readEnvironment } from './environment.ts'
import { closePlugin, type Plugin } from './plugin.ts'
import { runProgram } from './program.ts'
import { basePath } from './public-url.ts'
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
 * one line on standard error and sets the exit code 1. With WEB_CONCURRENCY above 1 it runs as worker processes.
 */
export function serve<Own extends z.ZodType = z.ZodUnknown>(
  createPlugin: (settings: Environment & z.output<Own>) => Promise<Plugin>,
  options: ServeOptions<Own>,
): Promise<void> {
  return runProgram<Environment & z.output<Own>>({
    name: basename(fileURLToPath(options.folder)),
    read: () => readEnvironment(process.env, options, options.settings),
    async start(environment, { log, lifecycle, started }) {
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
        secretsFolder: developmentFolder(environment.DATABASE_URL),
      })
      const shutdownDelay = environment.SHUTDOWN_DELAY
      const running = await listen(app.callback(), { host, port, lifecycle, proxies, shutdownDelay })
      started.push(() => running.stop())
      return startLine(plugin, environment)
    },
  })
}

function startLine({ name, auth, servesFrom }: Plugin, { PUBLIC_URL: publicUrl, PAGE }: Environment): string {
  const page = PAGE === 'on' ? ' (open it in a browser)' : ''
  const base = basePath(publicUrl)
  const places = `manifest ${base}/.well-known/ai-plugin.json, spec ${base}/openapi.yaml, MCP ${base}/mcp`
  const data = servesFrom === undefined ? '' : `, data: ${servesFrom}`
  return `${name} is ready at ${publicUrl}${page}: ${places} (auth ${auth.manifest(publicUrl).type})${data}`
}
