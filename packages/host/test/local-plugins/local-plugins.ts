import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { freePort, type PluginProcess, startPlugin } from '@reference-plugins/testing/processes'
import { temporaryFolder } from '@reference-plugins/testing/temporary'

export interface LocalPlugin {
  url: string
  /** As a user types it. */
  address: string
  /** The service token or the token of the user `developer`. */
  token: string
  /** With whom to sign in, if the plugin uses OAuth. */
  signIn: { username: string; password: string }
}

export interface LocalPlugins {
  of(name: string): LocalPlugin
  end(): Promise<void>
}

const names = ['todo', 'stocks', 'news', 'notes', 'flights', 'food']
let running: Promise<{ local: Map<string, LocalPlugin>; server: PluginProcess }> | undefined
let users = 0

/**
 * Starts the plugins of this repository in development, all in one process, which takes about a second. Test files that
 * run in one process share them.
 */
export async function startLocalPlugins(): Promise<LocalPlugins> {
  users++
  running ??= start()
  const { local, server } = await running
  return {
    of: (name) => local.get(name) as LocalPlugin,
    async end() {
      users--
      if (users > 0) return
      running = undefined
      await server.end()
    },
  }
}

async function start() {
  const plugins = await Promise.all(
    names.map(async (name) => {
      const port = await freePort()
      const variables = {
        NODE_ENV: 'development',
        PORT: String(port),
        PUBLIC_URL: `http://localhost:${port}`,
        // On any engine: the host's database is what is tested.
        DATABASE_URL: `file:${join(temporaryFolder(), 'plugin.sqlite')}`,
      }
      return { name, main: new URL(`../../../../plugins/${name}/src/main.ts`, import.meta.url).href, variables }
    }),
  )
  // The last one to start answers when all of them do.
  const server = await startPlugin(new URL('./', import.meta.url), {
    PORT: plugins.at(-1)?.variables.PORT ?? '',
    PLUGINS: JSON.stringify(plugins),
  })
  return { server, local: new Map(plugins.map(({ name, variables }) => [name, toLocalPlugin(variables)])) }
}

function toLocalPlugin({ PORT, DATABASE_URL }: { PORT: string; DATABASE_URL: string }): LocalPlugin {
  const folder = dirname(DATABASE_URL.slice('file:'.length))
  const read = (file: string) => (existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8') : '')
  const { password = '' } = JSON.parse(read('development.json') || '{}') as { password?: string }
  return {
    url: `http://127.0.0.1:${PORT}`,
    address: `localhost:${PORT}`,
    token: (read('service-token') || read('user-token')).trim(),
    signIn: { username: 'developer', password },
  }
}
