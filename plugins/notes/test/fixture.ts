import type { Server } from 'node:http'
import { closePlugin, createApp, createLog, type Plugin } from '@reference-plugins/core'
import { createAuthorizationServer, oauthMigrations } from '@reference-plugins/oauth-server'
import { openDatabase } from '@reference-plugins/store'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'
import supertest from 'supertest'
import { noteMigrations } from '../src/notebook/notes.ts'
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
  /** Sends requests without a token. */
  api: ReturnType<typeof supertest>
  /** Sends requests as a user, who is created if they do not exist. */
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

/** The plugin on a new database, and a second authorization server on the same tables that issues tokens. */
export async function serveNotes(database = temporaryDatabase()): Promise<Served> {
  const plugin = await createNotesPlugin({ PUBLIC_URL: publicUrl, DATABASE_URL: database, OAUTH_CLIENTS: [client] })
  const app = await createApp(plugin, { publicUrl, log: createLog('silent', false), rateLimit: 1_000_000 })
  const api = supertest(app.callback() as unknown as Server)
  const tables = await openDatabase(database, { ...oauthMigrations, ...noteMigrations })
  const { scopes } = plugin.auth
  const issuer = await createAuthorizationServer({
    publicUrl,
    title: plugin.title,
    database: tables,
    scopes,
    clients: [client],
  })
  return {
    plugin,
    api,
    async as(name) {
      // Without a password, which takes a quarter of a second to hash.
      await tables.run`
        INSERT INTO oauth_account (id, name, key, password, created_at) VALUES (${name}, ${name}, ${name}, '', 0)
        ON CONFLICT (key) DO NOTHING`
      const account = await issuer.accounts.findByName(name)
      const token = await issuer.issueAccessToken(account?.id ?? name, client.id)
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
