import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { OAuthSettings } from './oauth/settings.ts'
import { startPlugin, temporaryDatabase } from './plugin-process.ts'

export interface WorkspacePlugin {
  name: string
  url: string
  token: string | undefined
  /** Of another user, where there are users. */
  secondToken: string | undefined
  /** A client, where users sign in by OAuth. */
  oauth: OAuthSettings | undefined
  end: () => Promise<unknown>
}

// Where a plugin of this workspace leaves its token in development, beside its database.
const tokenFiles = ['service-token', 'user-token', 'access-token']

/** The token that a plugin made itself in development; undefined where it needs none. */
export function developmentToken(databaseUrl: string, prefix = ''): string | undefined {
  const data = dirname(databaseUrl.slice('file:'.length))
  const file = tokenFiles.map((one) => join(data, prefix + one)).find(existsSync)
  return file && readFileSync(file, 'utf8').trim()
}

interface DevelopmentClients {
  password: string
  clients: { id: string; secret?: string; redirectUris: string[] }[]
}

/** The clients and users that a plugin made itself in development for OAuth. */
export function developmentClient(databaseUrl: string): OAuthSettings | undefined {
  const file = join(dirname(databaseUrl.slice('file:'.length)), 'development.json')
  if (!existsSync(file)) return undefined
  const { password, clients } = JSON.parse(readFileSync(file, 'utf8')) as DevelopmentClients
  const [client, secondClient] = clients.map(({ id, secret, redirectUris: [redirectUri = ''] }) => ({
    clientId: id,
    clientSecret: secret,
    redirectUri,
  }))
  return (
    client && {
      ...client,
      secondClient,
      signIn: { username: 'developer', password },
      secondSignIn: { username: 'guest', password },
    }
  )
}

/** Starts every plugin of the workspace on a new database, as in development. */
export async function workspacePlugins(root = process.cwd()): Promise<WorkspacePlugin[]> {
  const folder = join(root, 'plugins')
  if (!existsSync(folder)) throw new Error('There is no folder plugins here: give the address of a plugin')
  const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'src', 'main.ts')))
  return Promise.all(
    names.map(async (name) => {
      const database = temporaryDatabase()
      const server = await startPlugin(pathToFileURL(`${join(folder, name)}/`), {
        NODE_ENV: 'development',
        DATABASE_URL: database,
      })
      return {
        name,
        url: server.url,
        token: developmentToken(database),
        secondToken: developmentToken(database, 'second-'),
        oauth: developmentClient(database),
        end: () => server.end(),
      }
    }),
  )
}
