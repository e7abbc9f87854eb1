import '@reference-plugins/testing/cheap-passwords'
import { createHash } from 'node:crypto'
import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createLog } from '@reference-plugins/core'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'
import type { Middleware } from 'koa'
import { createHostApp } from '../src/api/app.ts'
import { type Host, type HostOptions, openHost } from '../src/host.ts'
import { ownKey } from '../src/vault/key-ring.ts'

/** A browser: it keeps cookies and reads events. */
export interface Browser {
  get<Result = unknown>(path: string): Promise<Result>
  send<Result = unknown>(method: string, path: string, body?: unknown): Promise<Result>
  events<Event = unknown>(path: string, body?: unknown): Promise<Event[]>
  raw(method: string, path: string, init?: RequestInit): Promise<Response>
}

/** The answer has another status than 2xx. */
export class Refused extends Error {
  readonly status: number
  constructor(status: number, detail: string) {
    super(detail)
    this.status = status
  }
}

export interface ServedHost {
  host: Host
  url: string
  log: () => string
  browser(): Browser
  /** A browser in which a new user has signed up. */
  userBrowser(name: string): Promise<Browser>
  close(): Promise<void>
}

/**
 * Serves a host on 127.0.0.1 with its own database.
 * @param base a path of the domain, under which it is
 */
export async function serveHost(options: Partial<HostOptions> = {}, page?: Middleware, base = ''): Promise<ServedHost> {
  let written = ''
  const log = createLog('trace', false, { write: (line) => (written += line) })
  const databaseUrl = options.databaseUrl ?? temporaryDatabase()
  const handler: { callback?: ReturnType<ReturnType<typeof createHostApp>['callback']> } = {}
  // A test that computes for long must not find its connection closed.
  const server: Server = createServer({ keepAliveTimeout: 60_000 }, (request, response) =>
    handler.callback?.(request, response),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://localhost:${(server.address() as AddressInfo).port}${base}`
  const host = await openHost({
    databaseUrl,
    publicUrl: url,
    keys: () => hostKey(databaseUrl).HOST_KEY ?? ownKey(databaseUrl),
    mode: 'single',
    development: true,
    environment: { OLLAMA_HOST: 'http://127.0.0.1:9' },
    log,
    ...options,
  })
  const noPage: Middleware = (ctx) => {
    ctx.body = 'the page'
  }
  handler.callback = createHostApp(host, page ?? noPage).callback()
  return {
    host,
    url,
    log: () => written,
    browser: () => browserOf(url),
    async userBrowser(name) {
      const browser = browserOf(url)
      await browser.send('POST', '/api/users', { name, password: 'correct horse battery' })
      return browser
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await host.close()
    },
  }
}

/** HOST_KEY of every host with this database, if it needs one. */
export const hostKey = (databaseUrl: string): { HOST_KEY?: string } =>
  databaseUrl.startsWith('file:') ? {} : { HOST_KEY: createHash('sha256').update(databaseUrl).digest('base64url') }

/** A browser without cookies. */
export function browserOf(url: string): Browser {
  const cookies = new Map<string, string>()
  const raw: Browser['raw'] = async (method, path, init = {}) => {
    const answer = await fetch(path.startsWith('http') ? path : `${url}${path}`, {
      ...init,
      method,
      redirect: 'manual',
      headers: { cookie: [...cookies].map((pair) => pair.join('=')).join('; '), ...init.headers },
    })
    for (const cookie of answer.headers.getSetCookie()) {
      const [pair = ''] = cookie.split(';')
      cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
    }
    return answer
  }
  const asJson = (body: unknown): RequestInit =>
    body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  const checked = async (answer: Response): Promise<string> => {
    const text = await answer.text()
    if (!answer.ok) throw new Refused(answer.status, (JSON.parse(text) as { detail: string }).detail)
    return text
  }
  const send: Browser['send'] = async (method, path, body) => {
    const text = await checked(await raw(method, path, asJson(body)))
    return (text === '' ? undefined : JSON.parse(text)) as never
  }
  return {
    raw,
    send,
    get: (path) => send('GET', path),
    async events(path, body = {}) {
      const text = await checked(await raw('POST', path, asJson(body)))
      return text.split('\n\n').flatMap((one) => (one.startsWith('data: ') ? [JSON.parse(one.slice(6))] : []))
    },
  }
}
