import type { Server } from 'node:http'
import { closePlugin, createApp, createLog, type Plugin } from '@reference-plugins/core'
import { noteMigrations } from '@reference-plugins/notebook'
import { createAuthorizationServer, oauthMigrations } from '@reference-plugins/oauth-server'
import { openDatabase } from '@reference-plugins/store'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'
import supertest from 'supertest'
import { createNotesPlugin } from '../src/plugin.ts'

export const publicUrl = 'https://notes.example.com'
const client = {
  id: 'test',
  secret: 'x'.repeat(40),
  name: 'Test',
  redirectUris: ['https://a.example.com/'],
  pkce: true,
}

export interface Served {
  plugin: Plugin
  /** Calls without a token. */
  api: ReturnType<typeof supertest>
  /** Calls in the name of a user, who is made where there is none. */
  as: (name: string) => Promise<User>
  close: () => Promise<void>
}

export interface User {
  token: string
  get: (path: string) => supertest.Test
  post: (path: string, body?: object) => supertest.Test
  put: (path: string, body: object) => supertest.Test
  delete: (path: string) => supertest.Test
}

/** The plugin as it runs, on a new database, and a second authorization server on the same tables that gives out tokens. */
export async function serveNotes(database = temporaryDatabase()): Promise<Served> {
  const plugin = await createNotesPlugin({ PUBLIC_URL: publicUrl, DATABASE_URL: database, OAUTH_CLIENTS: [client] })
  const app = await createApp(plugin, { publicUrl, log: createLog('silent', false), rateLimit: 1_000_000 })
  const api = supertest(app.callback() as unknown as Server)
  const tables = await openDatabase(database, { ...oauthMigrations, ...noteMigrations })
  const { scopes } = plugin.auth
  const issuer = await createAuthorizationServer({
    publicUrl,
    title: 'Notes',
    database: tables,
    scopes,
    clients: [client],
  })
  return {
    plugin,
    api,
    async as(name) {
      const account = (await issuer.accounts.findByName(name)) ?? (await issuer.accounts.add(name, 'a long password'))
      const token = await issuer.issueAccessToken(account?.id ?? '', client.id)
      const set = (test: supertest.Test) => test.set('Authorization', `Bearer ${token}`)
      return {
        token,
        get: (path) => set(api.get(path)),
        post: (path, body) => (body ? set(api.post(path)).send(body) : set(api.post(path))),
        put: (path, body) => set(api.put(path)).send(body),
        delete: (path) => set(api.delete(path)),
      }
    },
    async close() {
      await issuer.close()
      await tables.close()
      await closePlugin(plugin)
    },
  }
}
