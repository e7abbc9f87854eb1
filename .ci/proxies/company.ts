import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createLog } from '../../packages/core/src/index.ts'
import { createHostApp } from '../../packages/host/src/api/app.ts'
import { openHost } from '../../packages/host/src/host.ts'
import { buildPage } from '../../packages/host/src/page/build.ts'
import { page } from '../../packages/host/src/page/page.ts'
import { ownKey } from '../../packages/host/src/vault/key-ring.ts'
import { temporaryDatabase } from '../../packages/store/src/temporary.ts'
import { developmentClient, developmentToken } from '../../packages/testing/src/processes/development.ts'
import { startPlugin } from '../../packages/testing/src/processes/index.ts'
import { noBrowser } from '../../packages/testing/test/chromium.ts'
import { domain } from './domain.ts'

/** The plugins, each at its path of the domain. */
export const names = ['todo', 'stocks', 'news', 'notes', 'flights', 'food'] as const
export type Name = (typeof names)[number]

/** The address of the domain. */
export const root = `https://${domain}`

interface Served {
  port: number
  token: string | undefined
  secondToken: string | undefined
  oauth: ReturnType<typeof developmentClient>
  end: () => Promise<unknown>
}

export interface Company {
  plugins: Record<Name, Served>
  /** Where each of the plugins and the host listens. */
  ports: Record<string, number>
  /** The user of development of notes. */
  developer: { name: string; password: string }
  end(): Promise<void>
}

/** Starts every plugin and the host, for one proxy in front of all. */
export async function startCompany(): Promise<Company> {
  const [host, ...started] = await Promise.all([startHost(), ...names.map(startNamed)])
  const plugins = Object.fromEntries(names.map((name, index) => [name, started[index]])) as Company['plugins']
  const signIn = plugins.notes.oauth?.signIn
  assert.ok(signIn && 'username' in signIn)
  return {
    plugins,
    ports: { ...Object.fromEntries(names.map((name) => [name, plugins[name].port])), host: host.port },
    developer: { name: String(signIn.username), password: String(signIn.password) },
    async end() {
      await Promise.all([host.end(), ...started.map(({ end }) => end())])
    },
  }
}

async function startNamed(name: Name): Promise<Served> {
  const database = temporaryDatabase()
  const { port, end } = await startPlugin(new URL(`../../plugins/${name}/`, import.meta.url), {
    NODE_ENV: 'development',
    DATABASE_URL: database,
    PUBLIC_URL: `${root}/${name}`,
    TRUSTED_PROXIES: '1',
  })
  const token = developmentToken(database)
  return { port, token, secondToken: developmentToken(database, 'second-'), oauth: developmentClient(database), end }
}

/** In this process, which alone knows where the domain is. */
async function startHost() {
  const databaseUrl = temporaryDatabase()
  const host = await openHost({
    databaseUrl,
    publicUrl: `${root}/host`,
    keys: () => ownKey(databaseUrl),
    mode: 'single',
    development: true,
    environment: { OLLAMA_HOST: 'http://127.0.0.1:9' },
    log: createLog('silent', false),
    proxies: 1,
  })
  const built = noBrowser ? () => {} : page(await buildPage(), '/host')
  const server = createServer(createHostApp(host, built).callback()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async end() {
      server.closeAllConnections()
      server.close()
      await host.close()
    },
  }
}
