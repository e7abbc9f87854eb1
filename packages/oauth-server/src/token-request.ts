import type { Context } from 'koa'
import { koaBody } from 'koa-body'

const readBody = koaBody({ json: true, urlencoded: true, text: false, jsonLimit: '16kb', formLimit: '16kb' })

/**
 * The parameters of a request to the token or the revocation endpoint: a form, RFC 6749, or JSON, which ChatGPT's
 * manifest could request (`authorization_content_type`). The client's credentials may be among them or in a Basic header,
 * however the client was registered. Returns undefined if the request has been refused and answered.
 */
export async function readTokenRequest(ctx: Context): Promise<URLSearchParams | undefined> {
  ctx.set('Cache-Control', 'no-store')
  if (!ctx.is('application/json', 'application/x-www-form-urlencoded'))
    return refuse(ctx, 400, 'send a form (application/x-www-form-urlencoded) or a JSON object')
  try {
    await readBody(ctx, async () => {})
  } catch (error) {
    const tooLong = (error as { status?: number }).status === 413
    return refuse(ctx, tooLong ? 413 : 400, tooLong ? 'send at most 16 KiB' : 'the body cannot be read')
  }
  const entries = Object.entries(Object(ctx.request.body) as Record<string, unknown>)
  if (Array.isArray(ctx.request.body) || entries.some(([, value]) => typeof value !== 'string'))
    return refuse(ctx, 400, 'each parameter must be one text')
  const form = new URLSearchParams(entries as [string, string][])
  const basic = readBasic(ctx.get('Authorization'))
  if (basic === null) return refuse(ctx, 401, 'the Authorization header is not "Basic " and id:secret in base64')
  if (basic && form.has('client_secret')) return refuse(ctx, 400, 'send the credentials once, not in header and body')
  if (basic && form.has('client_id') && form.get('client_id') !== basic.id)
    return refuse(ctx, 400, 'the client_id in the header is not the one in the body')
  if (basic) {
    form.set('client_id', basic.id)
    form.set('client_secret', basic.secret)
  }
  return form
}

/** The parameters of an authorization request that was sent as a form (RFC 6749, 3.1), also those that were sent twice. */
export async function readAuthorizationForm(ctx: Context): Promise<URLSearchParams | undefined> {
  ctx.set('Cache-Control', 'no-store')
  if (!ctx.is('application/x-www-form-urlencoded')) return refuse(ctx, 400, 'send a form')
  try {
    await readBody(ctx, async () => {})
  } catch {
    return refuse(ctx, 400, 'the body cannot be read')
  }
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(Object(ctx.request.body) as Record<string, unknown>))
    for (const one of [value].flat()) if (typeof one === 'string') form.append(name, one)
  return form
}

/** RFC 6749, section 2.3.1: both parts are form-encoded first. Null if it cannot be read. */
function readBasic(header: string): { id: string; secret: string } | undefined | null {
  if (header === '') return undefined
  const encoded = /^Basic +([A-Za-z0-9+/_-]+=*)$/i.exec(header)?.[1]
  const [, id, secret] = /^([^:]+):(.*)$/s.exec(Buffer.from(encoded ?? '', 'base64').toString('utf8')) ?? []
  if (id === undefined || secret === undefined) return null
  try {
    return { id: decodeURIComponent(id.replaceAll('+', ' ')), secret: decodeURIComponent(secret.replaceAll('+', ' ')) }
  } catch {
    return null
  }
}

/** RFC 6749, section 5.2. */
function refuse(ctx: Context, status: number, description: string): undefined {
  ctx.status = status
  if (status === 401) ctx.set('WWW-Authenticate', 'Basic realm="token"')
  ctx.body = { error: status === 401 ? 'invalid_client' : 'invalid_request', error_description: description }
}
