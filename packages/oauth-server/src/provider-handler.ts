import { IncomingMessage } from 'node:http'
import { basePath } from '@reference-plugins/core'
import type { Database } from '@reference-plugins/store'
import type { Context } from 'koa'
import type { Provider } from 'oidc-provider'
import type { Logger } from 'pino'
import { toAuthorizationRequest } from './authorization-request.ts'
import { mountPath } from './provider.ts'
import { readRegistration } from './registration.ts'
import { refreshScope } from './scope.ts'
import { readTokenRequest } from './token-request.ts'

/** Passes requests to oidc-provider as if it ran alone at its issuer. */
export class ProviderHandler {
  readonly #publicUrl: URL
  readonly #handle: ReturnType<Provider['callback']>
  readonly #scopes: readonly string[]
  readonly #database: Database
  /** What the answer to a registration says beside what was registered. */
  readonly #warnings = new WeakMap<IncomingMessage, string[]>()
  readonly #logs = new WeakMap<IncomingMessage, Logger>()

  constructor(provider: Provider, publicUrl: string, scopes: readonly string[], database: Database) {
    this.#database = database
    this.#publicUrl = new URL(publicUrl)
    this.#scopes = scopes
    provider.use(async (ctx, next) => {
      await next()
      const warnings = this.#warnings.get(ctx.req)
      if (warnings && ctx.status === 201) ctx.body = { ...(ctx.body as object), warnings }
      if (ctx.status === 503) ctx.set('Retry-After', '1')
    })
    this.#handle = provider.callback()
    provider.on('server_error', (ctx, error) => this.#logs.get(ctx.req)?.error({ err: error }, 'failed'))
  }

  /** @param path of the provider, if it differs from the path of the request */
  async forward(ctx: Context, path = ctx.path.slice(mountPath.length)): Promise<void> {
    const request = await this.#toRequest(ctx, path)
    if (!request) return
    const query = new URLSearchParams(ctx.search)
    request.url = `${path}?${path === '/authorize' ? toAuthorizationRequest(query, this.#scopes) : query}`
    // The provider's URLs come from PUBLIC_URL, whatever the Host header says.
    request.headers.host = this.#publicUrl.host
    request.headers['x-forwarded-host'] = this.#publicUrl.host
    request.headers['x-forwarded-proto'] = this.#publicUrl.protocol.slice(0, -1)
    Object.assign(request, { originalUrl: undefined, baseUrl: `${basePath(this.#publicUrl.href)}${mountPath}` })
    this.#logs.set(request, ctx.state.log)
    ctx.respond = false
    await this.#handle(request, ctx.res)
  }

  /** Undefined if the request has been refused and answered. */
  async #toRequest(ctx: Context, path: string): Promise<IncomingMessage | undefined> {
    if (path === '/register') {
      const accepted = await readRegistration(ctx, this.#database)
      const request = accepted && withBody(ctx, 'application/json', JSON.stringify(accepted.metadata))
      if (accepted && accepted.leftOut.length > 0) this.#warnings.set(request as IncomingMessage, accepted.leftOut)
      return request
    }
    if (path !== '/token' && path !== '/revoke') return ctx.req
    const form = await readTokenRequest(ctx)
    return form && withBody(ctx, 'application/x-www-form-urlencoded', this.#toRefresh(form).toString())
  }

  #toRefresh(form: URLSearchParams): URLSearchParams {
    if (form.get('grant_type') !== 'refresh_token' || !form.has('scope')) return form
    const scope = refreshScope(form.get('scope') as string, this.#scopes)
    if (scope === undefined) form.delete('scope')
    else form.set('scope', scope)
    return form
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
