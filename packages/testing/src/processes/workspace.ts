import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Target } from '@reference-plugins/contract/command'
import { temporaryDatabase } from '@reference-plugins/store/temporary'
import { developmentClient, developmentToken } from './development.ts'
import { startPlugin } from './plugin-process.ts'

/** Starts the plugins of the workspace, each on a new database, in development. By default it starts all of them. */
export async function workspacePlugins(root = process.cwd(), only?: readonly string[]): Promise<Target[]> {
  const folder = join(root, 'plugins')
  if (!existsSync(folder)) throw new Error('This folder has no folder "plugins": give the address of a plugin')
  const names = readdirSync(folder).filter(
    (name) => existsSync(join(folder, name, 'src', 'main.ts')) && (only?.includes(name) ?? true),
  )
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
