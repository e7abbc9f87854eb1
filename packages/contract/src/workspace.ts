import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { startPlugin, temporaryDatabase } from './plugin-process.ts'

export interface WorkspacePlugin {
  name: string
  url: string
  token: string | undefined
  /** Of another user, where there are users. */
  secondToken: string | undefined
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
        end: () => server.end(),
      }
    }),
  )
}
