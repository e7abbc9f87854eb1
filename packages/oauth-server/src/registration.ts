import { text } from '@reference-plugins/core'
import type { Database } from '@reference-plugins/store'
import type { Context } from 'koa'
import { koaBody } from 'koa-body'
import { z } from 'zod'
import { isCallback, isWeb } from './client.ts'
import { seconds } from './tables.ts'

const day = 86_400
const mostClients = 10_000
const readBody = koaBody({ json: true, text: false, urlencoded: false, jsonLimit: '16kb' })

/** The accepted part of an app's own description. The rest is ignored, as RFC 7591 section 2 allows. */
const Registration = z.object({
  redirect_uris: z
    .array(z.string().refine(isCallback, 'must be https, or http on the user’s own machine, without a fragment'))
    .min(1)
    .max(10),
  client_name: text(60).default('An app without a name'),
  token_endpoint_auth_method: z.enum(['none', 'client_secret_post', 'client_secret_basic']).default('none'),
})

/**
 * Dynamic client registration, RFC 7591: an unknown app registers itself as a client. It is public or gets a secret, and
 * always needs PKCE. Returns the metadata for oidc-provider, or undefined if the request has been refused.
 */
export async function readRegistration(ctx: Context, database: Database): Promise<object | undefined> {
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
  const { redirect_uris, client_name, token_endpoint_auth_method: method } = read.data
  return {
    redirect_uris,
    client_name,
    // A secret in a Basic header is moved into the body before oidc-provider reads it.
    token_endpoint_auth_method: method === 'none' ? 'none' : 'client_secret_post',
    application_type: redirect_uris.every(isWeb) ? 'web' : 'native',
  }
}

/** Deletes clients that registered themselves over a day ago and that no user has allowed. */
export const forgetUnused = (database: Database): Promise<unknown> => database.run`
  DELETE FROM oauth_record
  WHERE model = 'Client' AND json_extract(payload, '$.client_id_issued_at') < ${seconds() - day}
    AND id NOT IN (SELECT json_extract(payload, '$.clientId') FROM oauth_record WHERE model = 'Grant')`

function refuse(ctx: Context, status: number, error: string, description: string): undefined {
  ctx.status = status
  ctx.body = { error, error_description: description }
}
