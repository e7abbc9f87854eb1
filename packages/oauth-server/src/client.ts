import { text } from '@reference-plugins/core'
import type { ClientMetadata } from 'oidc-provider'
import { z } from 'zod'
import { isWeb } from './callback.ts'
import { isDeceptive } from './name.ts'

// The first callback of a host that shows its own only after it knows the client's id.
const unknownCallback = 'https://callback-to-be-registered.invalid/'

const secret = text(200).min(32, 'must have at least 32 characters')

/** A client in the configuration. */
export const Client = z.strictObject({
  id: text(100).regex(/^[A-Za-z0-9._~-]+$/, 'must be letters, digits, dots and dashes'),
  /** Without a secret the client is public, such as a program on the user's machine, and must use PKCE. */
  secret: secret.optional(),
  /** Accepted too, while the client gets the new one. */
  oldSecret: secret.optional(),
  /** Shown to the user who is asked for consent. */
  name: text(60).refine((name) => !isDeceptive(name), 'must not have characters that cannot be seen'),
  /** Compared character by character, except the port of a loopback address. May be empty until the host shows its callback. */
  redirectUris: z.array(z.url()).max(20),
  /** False for clients without PKCE, such as ChatGPT's of 2023; these need a secret. */
  pkce: z.boolean().default(true),
})

export type Client = z.output<typeof Client>

/** The value of OAUTH_CLIENTS: a JSON array of clients. */
export const Clients = z
  .string()
  .default('[]')
  .transform((value, context) => {
    try {
      return JSON.parse(value) as unknown
    } catch (error) {
      context.addIssue({ code: 'custom', message: `must be a JSON array of clients: ${(error as Error).message}` })
      return z.NEVER
    }
  })
  .pipe(z.array(Client))
  .superRefine((clients, context) => {
    for (const { id, secret, oldSecret, pkce } of clients) {
      if (!pkce && !secret) context.addIssue({ code: 'custom', message: `: ${id} has no secret, so it needs PKCE` })
      if (oldSecret && !secret) context.addIssue({ code: 'custom', message: `: ${id} has an oldSecret, but no secret` })
    }
  })

export const toMetadata = ({ id, secret, name, redirectUris, pkce }: Client): ClientMetadata => ({
  client_id: id,
  ...(secret && { client_secret: secret }),
  client_name: name,
  redirect_uris: redirectUris.length > 0 ? redirectUris : [unknownCallback],
  token_endpoint_auth_method: secret ? 'client_secret_post' : 'none',
  application_type: redirectUris.every(isWeb) ? 'web' : 'native',
  withoutPkce: !pkce,
})
