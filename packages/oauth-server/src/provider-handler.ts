import { IncomingMessage } from 'node:http'
import type { Context } from 'koa'
import type { Provider } from 'oidc-provider'
import type { Logger } from 'pino'
import { mountPath } from './provider.ts'
import { readTokenRequest } from './token-request.ts'

/** Hands requests to oidc-provider as if it stood alone at its issuer. */
export class ProviderHandler {
  readonly #publicUrl: URL
  readonly #handle: ReturnType<Provider['callback']>
  readonly #scopes: string
  readonly #logs = new WeakMap<IncomingMessage, Logger>()

  constructor(provider: Provider, publicUrl: string, scopes: readonly string[]) {
    this.#publicUrl = new URL(publicUrl)
    this.#handle = provider.callback()
    this.#scopes = scopes.join(' ')
    provider.on('server_error', (ctx, error) => this.#logs.get(ctx.req)?.error({ err: error }, 'failed'))
  }

  /** @param path of the provider, where it is not the request's own */
  async forward(ctx: Context, path = ctx.path.slice(mountPath.length)): Promise<void> {
    const request = /^\/(token|revoke)$/.test(path) ? await this.#formRequest(ctx) : ctx.req
    if (!request) return
    const query = path === '/authorize' ? this.#withScope(ctx) : ctx.search
    request.url = `${path}${query}`
    // Its URLs come from PUBLIC_URL, whatever the Host header says.
    request.headers.host = this.#publicUrl.host
    request.headers['x-forwarded-host'] = this.#publicUrl.host
    request.headers['x-forwarded-proto'] = this.#publicUrl.protocol.slice(0, -1)
    Object.assign(request, { originalUrl: undefined, baseUrl: mountPath })
    this.#logs.set(request, ctx.state.log)
    ctx.respond = false
    await this.#handle(request, ctx.res)
  }

  /** ChatGPT sends `scope=` where the manifest has none, and means whatever there is. */
  #withScope({ search, URL: url }: Context): string {
    if (url.searchParams.get('scope')) return search
    url.searchParams.set('scope', this.#scopes)
    return url.search
  }

  /** The same request with its client's credentials and parameters in a form, as which alone oidc-provider reads it. */
  async #formRequest(ctx: Context): Promise<IncomingMessage | undefined> {
    const form = await readTokenRequest(ctx)
    if (!form) return undefined
    const body = Buffer.from(form.toString())
    const request = new IncomingMessage(ctx.req.socket)
    request.method = ctx.req.method
    request.httpVersion = ctx.req.httpVersion
    const { authorization, 'transfer-encoding': _, 'content-encoding': __, ...headers } = ctx.req.headers
    request.headers = {
      ...headers,
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': String(body.length),
    }
    // Otherwise its end would be taken for a broken connection.
    request.complete = true
    request.push(body)
    request.push(null)
    return request
  }
}
