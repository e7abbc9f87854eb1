import type { Auth, Caller } from './auth.ts'
import { insufficientScope, unauthorized } from './challenge.ts'
import { invalidToken, readCredential } from './credential.ts'

export interface OAuthOptions<Scope extends string> {
  /** Each scope with the words that the consent page shows for it. */
  scopes: Readonly<Record<Scope, string>>
  /** The page where the user signs in, absolute or a path of this plugin (the manifest's `client_url`). */
  authorizationUrl: string
  /** Where a code is exchanged for a token, absolute or a path (the manifest's `authorization_url`, despite its name). */
  tokenUrl: string
  /** The protected resource's metadata, RFC 9728, absolute; every challenge names it. That of `/mcp` is below it. */
  resourceMetadataUrl?: string
  verificationTokens?: Readonly<Record<string, string>>
  /** The user of an access token; undefined if the token is unknown, expired, revoked or for another audience. */
  verify: (accessToken: string, resource: ProtectedResource) => Promise<Caller | undefined>
}

/** What a token is valid for, by path: the whole origin, or MCP only. */
export type ProtectedResource = '/' | '/mcp'

/** Each user signs in, and the assistant calls with an access token that the user can revoke (`oauth`). */
export function oauth<const Scope extends string>(
  options: OAuthOptions<Scope>,
  resource: ProtectedResource = '/',
): Auth<'user', Scope> {
  const { scopes, authorizationUrl, tokenUrl, resourceMetadataUrl, verificationTokens = {}, verify } = options
  const scope = Object.keys(scopes).join(' ')
  const metadata: Record<string, string> = resourceMetadataUrl
    ? { resource_metadata: `${resourceMetadataUrl}${resource === '/' ? '' : resource}` }
    : {}
  return {
    audience: 'user',
    scopes,
    manifest: (publicUrl) => ({
      type: 'oauth',
      client_url: absolute(authorizationUrl, publicUrl),
      scope,
      authorization_url: absolute(tokenUrl, publicUrl),
      authorization_content_type: 'application/x-www-form-urlencoded',
      verification_tokens: { ...verificationTokens },
    }),
    securityScheme: { type: 'http', scheme: 'bearer', description: 'The access token that the user allowed by OAuth' },
    async authenticate(authorization) {
      if (authorization === undefined)
        throw unauthorized('bearer', 'Ask the user to sign in, then send "Authorization: Bearer …"', {
          realm: 'plugin',
          ...metadata,
          scope,
        })
      const caller = await verify(readCredential('bearer', authorization, metadata), resource)
      if (!caller)
        throw invalidToken(
          'bearer',
          'The access token is no longer valid: refresh it, or ask the user to sign in',
          metadata,
        )
      return caller
    },
    insufficientScope: (scope) => insufficientScope(scope, metadata),
    forMcp: () => oauth(options, '/mcp'),
  }
}

/** A path is one of this plugin, which may itself be served under a path. */
const absolute = (url: string, publicUrl: string): string =>
  new URL(url.startsWith('/') ? `${publicUrl}${url}` : url).href
