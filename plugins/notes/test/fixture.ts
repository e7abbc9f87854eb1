import type { Server } from 'node:http'
import { closePlugin, createApp, createLog, type Plugin } from '@reference-plugins/core'
import { openDatabase } from '@reference-plugins/store'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'
import supertest from 'supertest'
import { createNotesPlugin, notesMigrations } from '../src/plugin.ts'
import { openUsers, userSettings } from './users.ts'

export const publicUrl = 'https://notes.example.com'
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

/** The plugin on a new database. */
export async function serveNotes(database = temporaryDatabase()): Promise<Served> {
  const plugin = await createNotesPlugin({ PUBLIC_URL: publicUrl, DATABASE_URL: database, ...userSettings })
  const app = await createApp(plugin, { publicUrl, log: createLog('silent', false), rateLimit: 1_000_000 })
  const api = supertest(app.callback() as unknown as Server)
  const tables = await openDatabase(database, notesMigrations)
  const users = await openUsers(plugin, tables, publicUrl)
  return {
    plugin,
    api,
    async as(name) {
      const token = await users.tokenFor(name)
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
      await users.close()
      await tables.close()
      await closePlugin(plugin)
    },
  }
}
