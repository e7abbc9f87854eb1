import '@reference-plugins/testing/cheap-passwords'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createApp, createLog, definePlugin, listen, userOperation } from '@reference-plugins/core'
import { type Database, openDatabase, type Transaction } from '@reference-plugins/store'
import { temporaryDatabase } from '@reference-plugins/store/temporary'
import { storedText } from '@reference-plugins/testing/stored-text'
import { z } from 'zod'
import {
  type AuthorizationServerOptions,
  type Client,
  createAuthorizationServer,
  oauthMigrations,
} from '../src/index.ts'

/** As ChatGPT was in 2023: a secret, no PKCE, and a callback that is known only after registration. */
export const chat = {
  id: 'chat',
  secret: 'chat-secret-0123456789-0123456789-01',
  oldSecret: 'chat-old-secret-0123456789-0123456789',
  name: 'Chat',
  redirectUris: ['https://chat.openai.com/aip/plugin-1/oauth/callback'],
  pkce: false,
} satisfies Client

/** A program on the user's machine. */
export const desktop = {
  id: 'desktop',
  name: 'Desktop app',
  redirectUris: ['http://127.0.0.1:8123/callback', 'http://localhost:8123/callback'],
  pkce: true,
} satisfies Client

/** A web application with a secret, and PKCE. */
export const web = {
  id: 'web',
  secret: 'web-secret-0123456789-0123456789-012',
  name: 'Web app',
  redirectUris: ['https://web.example.com/callback'],
  pkce: true,
} satisfies Client

export const unregistered = {
  id: 'later',
  secret: 'later-secret-0123456789-0123456789-0',
  name: 'Later',
  redirectUris: [],
  pkce: false,
} satisfies Client

export const scopes = { 'diary:read': 'Read your diary', 'diary:write': 'Write into your diary' } as const

export interface Diary {
  url: string
  port: number
  database: Database
  /** All that the database holds. */
  stored: () => Promise<string>
  /** What was logged so far. */
  log: () => string
  call: (token: string | undefined, path?: string, init?: RequestInit) => Promise<Response>
  accounts: Awaited<ReturnType<typeof createAuthorizationServer>>['accounts']
  issueAccessToken: (accountId: string, clientId: string) => Promise<string>
  close: () => Promise<void>
}

export interface DiaryOptions {
  /** How long each statement takes longer than it does, in milliseconds at most. */
  latency?: number
  rateLimit?: number
  registration?: boolean
  documents?: NonNullable<AuthorizationServerOptions<string>['documents']>
  keysSince?: string
  /** By default a new one. */
  databaseUrl?: string
  /** Where it is reached, if not at its own address. */
  publicUrl?: string
  /** A path of the domain under which a proxy serves the plugin. */
  base?: string
  /** What the proxy does to the target of a request; undefined if it answers 404 itself. By default nothing. */
  proxy?: (target: string) => string | undefined
}

/** A plugin with an authorization server, on a free port. */
export async function serveDiary({
  latency = 0,
  rateLimit = 100_000,
  databaseUrl = temporaryDatabase(),
  base = '',
  proxy = (target) => target,
  ...options
}: DiaryOptions = {}): Promise<Diary> {
  let written = ''
  const log = createLog('trace', false, { write: (line) => (written += line) })
  const real = await openDatabase(databaseUrl, oauthMigrations)
  const database = latency > 0 ? slow(real, latency) : real
  // The address is needed for the app, which is needed for listening.
  const handlers: { callback?: ReturnType<Awaited<ReturnType<typeof createApp>>['callback']> } = {}
  const lifecycle = { stopping: false }
  const answer: RequestListener = (request, response) => {
    const target = proxy(request.url ?? '/')
    if (target === undefined) return void response.writeHead(404).end()
    request.url = target
    handlers.callback?.(request, response)
  }
  const running = await listen(answer, {
    host: '127.0.0.1',
    port: 0,
    lifecycle,
  })
  const { port } = running.server.address() as AddressInfo
  const url = options.publicUrl ?? `http://127.0.0.1:${port}${base}`
  const server = await createAuthorizationServer({
    title: 'Diary',
    database,
    scopes,
    clients: [chat, desktop, web, unregistered],
    rateLimit,
    ...options,
    publicUrl: url,
  })
  const plugin = definePlugin({
    name: 'diary',
    title: 'Diary',
    descriptionForHuman: 'Keep a diary.',
    descriptionForModel: 'Keeps a diary.',
    conversationStarters: ['What can you do?'],
    contactEmail: 'diary@example.com',
    folder: new URL('../../core/test/fixture/', import.meta.url),
    auth: server.auth,
    mounts: server.mounts,
    needs: [database, server],
    operations: {
      readDiary: userOperation('GET /diary', {
        openWorld: false,
        summary: 'Read the diary',
        scope: 'diary:read',
        input: z.object({}),
        output: z.object({ user: z.string() }),
        handler: (_, { caller }) => ({ user: caller.id }),
      }),
      writeDiary: userOperation('POST /diary', {
        openWorld: false,
        destructive: false,
        idempotent: false,
        summary: 'Write into the diary',
        scope: 'diary:write',
        input: z.object({}),
        output: z.object({ user: z.string() }),
        handler: (_, { caller }) => ({ user: caller.id }),
      }),
    },
  })
  const app = await createApp(plugin, { publicUrl: url, log, lifecycle, rateLimit: 1_000_000 })
  handlers.callback = app.callback()
  return {
    url,
    port,
    database: real,
    stored: () => storedText(real, databaseUrl),
    log: () => written,
    accounts: server.accounts,
    issueAccessToken: server.issueAccessToken,
    call: (token, path = '/diary', init = {}) =>
      fetch(`${url}${path}`, {
        ...init,
        headers: { ...init.headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
      }),
    async close() {
      running.server.closeAllConnections()
      await running.stop()
      await server.close()
      await real.close()
    },
  }
}

/** A database over a network, as to time. */
function slow(database: Database, latency: number): Database {
  const wait = () => sleep(2 + Math.random() * latency)
  const slowly = (inner: Transaction): Transaction => ({
    all: async (sql, ...values) => wait().then(() => inner.all(sql, ...values)),
    get: async (sql, ...values) => wait().then(() => inner.get(sql, ...values)),
    run: async (sql, ...values) => wait().then(() => inner.run(sql, ...values)),
  })
  return {
    ...slowly(database),
    transaction: (work) => database.transaction(work),
    ready: () => database.ready(),
    engine: database.engine,
    counts: database.counts,
    checkpoint: () => database.checkpoint(),
    close: () => database.close(),
  }
}
