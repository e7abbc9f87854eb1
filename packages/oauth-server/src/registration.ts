import { text } from '@reference-plugins/core'
import type { Database } from '@reference-plugins/store'
import type { Context } from 'koa'
import { koaBody } from 'koa-body'
import { z } from 'zod'
import { callbackFault, isWeb } from './callback.ts'
import { isDeceptive, shownName } from './name.ts'

const mostClients = 10_000
const readBody = koaBody({ json: true, text: false, urlencoded: false, jsonLimit: '16kb' })

const emptyIsAbsent = (value: unknown) => value || undefined

/** The accepted part of an app's own description. The rest is ignored, as RFC 7591 section 2 allows. */
const Registration = z.object({
  // Programs on the user's machine may name one for each port that they try.
  redirect_uris: z.array(z.string()).min(1).max(20),
  client_name: z.preprocess(
    emptyIsAbsent,
    // Some programs add the names of their plugin and of the server to their own.
    text(120)
      .refine((name) => !isDeceptive(name), 'must not have control characters or characters that cannot be seen')
      .transform(shownName)
      .default('An app without a name'),
  ),
  token_endpoint_auth_method: z.preprocess(
    emptyIsAbsent,
    z.enum(['none', 'client_secret_post', 'client_secret_basic']).default('none'),
  ),
})

export interface AcceptedRegistration {
  /** For oidc-provider. */
  metadata: object
  /** Each callback that was left out, with the reason. */
  leftOut: string[]
}

/**
 * Dynamic client registration, RFC 7591: an unknown app registers itself as a client. It is public or gets a secret, and
 * always needs PKCE. Callbacks that are not allowed are left out as long as one is left. Returns undefined if the request has
 * been refused and answered.
 */
export async function readRegistration(ctx: Context, database: Database): Promise<AcceptedRegistration | undefined> {
  ctx.set('Cache-Control', 'no-store')
  if (!ctx.is('application/json')) return refuse(ctx, 400, 'invalid_client_metadata', 'send a JSON object')
  try {
    await readBody(ctx, async () => {})
  } catch {
    return refuse(ctx, 400, 'invalid_client_metadata', 'the body is not a JSON object of at most 16 KiB')
  }
  const read = Registration.safeParse(ctx.request.body)
  if (!read.success) {
    const [issue] = read.error.issues
    const name = String(issue?.path[0] ?? 'the body')
    const error = name === 'redirect_uris' ? 'invalid_redirect_uri' : 'invalid_client_metadata'
    return refuse(ctx, 400, error, `${name}: ${issue?.message}`)
  }
  const kept = await database.get<{ count: number }>`SELECT count(*) AS count FROM oauth_record WHERE model = 'Client'`
  if (Number(kept?.count) >= mostClients) {
    ctx.set('Retry-After', '3600')
    return refuse(ctx, 503, 'temporarily_unavailable', 'too many registered apps were never used')
  }
  const { redirect_uris: asked, client_name, token_endpoint_auth_method: method } = read.data
  const redirect_uris = asked.filter((uri) => callbackFault(uri) === undefined)
  const leftOut = asked.flatMap((uri) => {
    const fault = callbackFault(uri)
    return fault === undefined ? [] : [`redirect_uris: ${JSON.stringify(uri.slice(0, 200))} ${fault}`]
  })
  if (redirect_uris.length === 0) return refuse(ctx, 400, 'invalid_redirect_uri', leftOut.join('; '))
  const metadata = {
    redirect_uris,
    client_name,
    // A secret in a Basic header is moved into the body before oidc-provider reads it.
    token_endpoint_auth_method: method === 'none' ? 'none' : 'client_secret_post',
    application_type: redirect_uris.every(isWeb) ? 'web' : 'native',
  }
  return { metadata, leftOut }
}

function refuse(ctx: Context, status: number, error: string, description: string): undefined {
  ctx.status = status
  ctx.body = { error, error_description: description }
}
