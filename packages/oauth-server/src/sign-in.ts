import {
  type Auth,
  EnvironmentError,
  listOf,
  type Mount,
  type Resource,
  text,
  VerificationTokens,
} from '@reference-plugins/core'
import type { Database } from '@reference-plugins/store'
import { z } from 'zod'
import type { RemoveAccount } from './accounts.ts'
import { createAuthorizationServer } from './authorization-server.ts'
import { Clients } from './client.ts'
import { readDevelopment } from './development.ts'
import { identityProvider } from './identity-provider.ts'

/** The variables of a plugin that users sign in to. */
export const SignInEnvironment = z.object({
  OAUTH_CLIENTS: Clients,
  /** Whether apps may register themselves, RFC 7591; by default only in development. */
  OAUTH_REGISTRATION: z.enum(['true', 'false']).optional(),
  /** Hosts whose Client ID Metadata Documents are accepted, such as chatgpt.com, or * for all. */
  OAUTH_CLIENT_HOSTS: listOf(z.string().toLowerCase()).optional(),
  OAUTH_SIGN_UP: z.enum(['true', 'false']).default('true'),
  OAUTH_VERIFICATION_TOKENS: VerificationTokens.optional(),
  /** A date. Keys made before it are replaced, once. */
  OAUTH_KEYS_SINCE: z.iso.date('must be a date such as 2026-11-26').optional(),
  OAUTH_ISSUER: z.url('must be a URL').optional(),
  OAUTH_AUDIENCE: text(500).optional(),
})

export interface SignInOptions<Scope extends string> {
  environment: Partial<z.output<typeof SignInEnvironment>> & { DATABASE_URL: string; NODE_ENV?: string | undefined }
  publicUrl: string
  title: string
  database: Database
  scopes: Readonly<Record<Scope, string>>
  /**
   * Deletes the user's data with the account, in the same transaction: both are deleted, or neither. Without it, deleting
   * the account keeps the data. Not called for the users of another identity provider.
   */
  onRemoveAccount?: RemoveAccount
}

export interface SignIn<Scope extends string> extends Resource {
  readonly auth: Auth<'user', Scope>
  readonly mounts: readonly Mount[]
}

/**
 * How users sign in, depending on the environment: at the plugin's own authorization server, or with OAUTH_ISSUER at
 * another identity provider. Development starts with clients and users.
 * @throws EnvironmentError, IdentityProviderError
 */
export async function createSignIn<const Scope extends string>(options: SignInOptions<Scope>): Promise<SignIn<Scope>> {
  const { environment, publicUrl, title, database, scopes } = options
  const {
    OAUTH_ISSUER: issuer,
    OAUTH_CLIENTS: configured = [],
    OAUTH_VERIFICATION_TOKENS: verificationTokens,
  } = environment
  if (issuer !== undefined) {
    const audience = environment.OAUTH_AUDIENCE ?? publicUrl
    const provider = await identityProvider({ issuer, audience, publicUrl, title, scopes, verificationTokens })
    return { ...provider, ready: async () => {}, close: async () => {} }
  }
  if (environment.OAUTH_AUDIENCE !== undefined)
    throw new EnvironmentError('OAUTH_AUDIENCE is set without OAUTH_ISSUER: set both or neither')
  const development = environment.NODE_ENV === 'development' ? readDevelopment(environment.DATABASE_URL) : undefined
  const clients = [...configured, ...(development?.clients ?? [])]
  const signUp = environment.OAUTH_SIGN_UP !== 'false'
  const server = await createAuthorizationServer({
    publicUrl,
    title,
    database,
    scopes,
    clients,
    verificationTokens,
    signUp,
    registration: (environment.OAUTH_REGISTRATION ?? String(development !== undefined)) === 'true',
    documents: { hosts: environment.OAUTH_CLIENT_HOSTS ?? [] },
    keysSince: environment.OAUTH_KEYS_SINCE,
    onRemoveAccount: options.onRemoveAccount,
  })
  await development?.prepare(server, publicUrl)
  return server
}
