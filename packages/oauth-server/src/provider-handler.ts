import { IncomingMessage } from 'node:http'
import type { Database } from '@reference-plugins/store'
import type { Context } from 'koa'
import type { Provider } from 'oidc-provider'
import type { Logger } from 'pino'
import { mountPath } from './provider.ts'
import { readRegistration } from './registration.ts'
import { readTokenRequest } from './token-request.ts'

/** Passes requests to oidc-provider as if it ran alone at its issuer. */
export class ProviderHandler {
  readonly #publicUrl: URL
  readonly #handle: ReturnType<Provider['callback']>
  readonly #scopes: string
  readonly #database: Database
  readonly #logs = new WeakMap<IncomingMessage, Logger>()

  constructor(provider: Provider, publicUrl: string, scopes: readonly string[], database: Database) {
    this.#database = database
    this.#publicUrl = new URL(publicUrl)
    this.#handle = provider.callback()
    this.#scopes = scopes.join(' ')
    provider.on('server_error', (ctx, error) => this.#logs.get(ctx.req)?.error({ err: error }, 'failed'))
  }

  /** @param path of the provider, if it differs from the path of the request */
  async forward(ctx: Context, path = ctx.path.slice(mountPath.length)): Promise<void> {
    const request = await this.#toRequest(ctx, path)
    if (!request) return
    const query = path === '/authorize' ? this.#withScope(ctx) : ctx.search
    request.url = `${path}${query}`
    // The provider's URLs come from PUBLIC_URL, whatever the Host header says.
    request.headers.host = this.#publicUrl.host
    request.headers['x-forwarded-host'] = this.#publicUrl.host
    request.headers['x-forwarded-proto'] = this.#publicUrl.protocol.slice(0, -1)
    Object.assign(request, { originalUrl: undefined, baseUrl: mountPath })
    this.#logs.set(request, ctx.state.log)
    ctx.respond = false
    await this.#handle(request, ctx.res)
  }

  /** ChatGPT sends `scope=` if the manifest has no scope, and means every scope. */
  #withScope({ search, URL: url }: Context): string {
    if (url.searchParams.get('scope')) return search
    url.searchParams.set('scope', this.#scopes)
    return url.search
  }

  /** Undefined if the request has been refused and answered. */
  async #toRequest(ctx: Context, path: string): Promise<IncomingMessage | undefined> {
    if (path === '/register') {
      const metadata = await readRegistration(ctx, this.#database)
      return metadata && withBody(ctx, 'application/json', JSON.stringify(metadata))
    }
    if (path !== '/token' && path !== '/revoke') return ctx.req
    const form = await readTokenRequest(ctx)
    return form && withBody(ctx, 'application/x-www-form-urlencoded', form.toString())
  }
}

/** The same request with another body: credentials in a form, or the accepted part of a registration. */
function withBody(ctx: Context, type: string, text: string): IncomingMessage {
  const body = Buffer.from(text)
  const request = new IncomingMessage(ctx.req.socket)
  request.method = ctx.req.method
  request.httpVersion = ctx.req.httpVersion
  const { authorization, 'transfer-encoding': _, 'content-encoding': __, ...headers } = ctx.req.headers
  request.headers = {
    ...headers,
    'content-type': type,
    'content-length': String(body.length),
  }
  // Otherwise the provider would take the end for a broken connection.
  request.complete = true
  request.push(body)
  request.push(null)
  return request
}
