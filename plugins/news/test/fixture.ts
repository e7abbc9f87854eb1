import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { closePlugin, createApp, createLog, type Plugin } from '@reference-plugins/core'
import { openDatabase } from '@reference-plugins/store'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'
import supertest from 'supertest'
import { createNewsPlugin, newsMigrations } from '../src/plugin.ts'
import type { NewsSettings } from '../src/settings.ts'
import { openUsers, userSettings } from './users.ts'

const publicUrl = 'https://news.example.com'

export interface User {
  token: string
  get: (path: string) => supertest.Test
  post: (path: string, body: object) => supertest.Test
  delete: (path: string) => supertest.Test
}

export async function serveNews(settings: Partial<NewsSettings> = {}) {
  let written = ''
  const database = settings.DATABASE_URL ?? temporaryDatabase()
  const plugin: Plugin = await createNewsPlugin({
    PUBLIC_URL: publicUrl,
    DATABASE_URL: database,
    ...userSettings,
    ...settings,
  })
  const log = createLog('trace', false, { write: (line) => (written += line) })
  const app = await createApp(plugin, { publicUrl, log, rateLimit: 1_000_000 })
  const api = supertest(app.callback() as unknown as Server)
  const tables = await openDatabase(database, newsMigrations)
  const users = await openUsers(plugin, tables, publicUrl)
  return {
    plugin,
    api,
    tables,
    log: () => written,
    async as(name: string): Promise<User> {
      const token = await users.tokenFor(name)
      const set = (test: supertest.Test) => test.set('Authorization', `Bearer ${token}`)
      return {
        token,
        get: (path) => set(api.get(path)),
        post: (path, body) => set(api.post(path)).send(body),
        delete: (path) => set(api.delete(path)),
      }
    },
    async close() {
      await closePlugin(plugin)
      await users.close()
      await tables.close()
    },
  }
}

export type Served = Awaited<ReturnType<typeof serveNews>>

/** A web server with feeds on it. */
export async function serveFeeds(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const requests: IncomingMessage[] = []
  const state = { answer }
  const server = createServer((request, response) => {
    requests.push(request)
    state.answer(request, response)
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    requests,
    state,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

export const rss = (title: string, items: Record<string, string>): string =>
  `<?xml version="1.0"?><rss version="2.0"><channel><title>${title}</title>${Object.entries(items)
    .map(([guid, text]) => `<item><guid>${guid}</guid><title>${text}</title><description>${text}</description></item>`)
    .join('')}</channel></rss>`
