// Imported first, because a plugin keeps the function that hashes.
import './cheap-passwords.ts'
import type { Server } from 'node:http'
import { closePlugin, createApp, createLog, type Plugin } from '@reference-plugins/core'
import supertest from 'supertest'
import type { ContractSettings } from './contract-tests.ts'
import { developmentToken } from './processes/development.ts'
import { temporaryDatabase } from './temporary.ts'

export const publicUrl = 'https://plugin.example.com'

export interface ServedPlugin {
  plugin: Plugin
  /** Sends requests with the token that the plugin made itself in development, if its auth mode has one. */
  api: ReturnType<typeof supertest.agent>
  /** Sends requests without a token. */
  anonymous: ReturnType<typeof supertest>
  /** The token that `api` sends. */
  token: string | undefined
  /** The DATABASE_URL. */
  database: string
  /** What was logged so far, at the level trace. */
  log: () => string
  close: () => Promise<void>
}

/** Serves a plugin in this process on a new database, in development, where it makes itself a token. */
export async function servePlugin<Own extends object>(
  createPlugin: (settings: ContractSettings & Own) => Promise<Plugin>,
  settings: Partial<Own> = {},
): Promise<ServedPlugin> {
  let written = ''
  const database = temporaryDatabase()
  const plugin = await createPlugin({
    PUBLIC_URL: publicUrl,
    DATABASE_URL: database,
    NODE_ENV: 'development',
    ...settings,
  } as ContractSettings & Own)
  const log = createLog('trace', false, { write: (line) => (written += line) })
  const app = await createApp(plugin, { publicUrl, log, rateLimit: 1_000_000 })
  const server = app.callback() as unknown as Server
  const token = developmentToken(database)
  const api = supertest.agent(server)
  if (token !== undefined) api.set('Authorization', `Bearer ${token}`)
  return {
    plugin,
    api,
    anonymous: supertest(server),
    token,
    database,
    log: () => written,
    close: () => closePlugin(plugin),
  }
}
