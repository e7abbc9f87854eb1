import { type Auth, type Caller, type Mount, oauth, type ProtectedResource } from '@reference-plugins/core'
import { createRemoteJWKSet, errors, type JWTHeaderParameters, type JWTPayload, jwtVerify } from 'jose'
import { z } from 'zod'
import { resourceMetadata } from './resource-metadata.ts'
import { serverMetadata } from './server-metadata.ts'

export interface IdentityProviderOptions<Scope extends string> {
  /** Exactly as in the provider's tokens: `https://login.example.com/`. */
  issuer: string
  /** The `aud` of the provider's tokens for this API. */
  audience: string
  publicUrl: string
  title: string
  scopes: Readonly<Record<Scope, string>>
  /** The accepted signature algorithms, whatever the header of a token says. */
  algorithms?: readonly string[]
  verificationTokens?: Readonly<Record<string, string>> | undefined
}

const Metadata = z.object({
  issuer: z.string(),
  authorization_endpoint: z.url(),
  token_endpoint: z.url(),
  jwks_uri: z.url(),
})

const keyTrouble = ['ERR_JOSE_GENERIC', 'ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID']
const longestFetch = 10_000
/** In seconds. */
const clockTolerance = 5

/** The provider cannot be reached, or is not the named one. The message is one line, for the person who starts the plugin. */
export class IdentityProviderError extends Error {
  override readonly name = 'IdentityProviderError'
  readonly expose = true
}

/**
 * Accepts the access tokens of another identity provider instead of the plugin's own authorization server: JWTs (RFC
 * 9068), checked with the provider's published keys.
 * @throws IdentityProviderError
 */
export async function identityProvider<const Scope extends string>(
  options: IdentityProviderOptions<Scope>,
): Promise<{ auth: Auth<'user', Scope>; mounts: readonly Mount[] }> {
  const { issuer, audience, publicUrl, title, scopes, algorithms = ['ES256', 'RS256', 'PS256', 'EdDSA'] } = options
  const { place, metadata } = await readMetadata(issuer)
  const keys = createRemoteJWKSet(new URL(metadata.jwks_uri), { timeoutDuration: longestFetch })
  const verify = async (token: string, resource: ProtectedResource): Promise<Caller | undefined> => {
    try {
      const { payload, protectedHeader } = await jwtVerify(token, keys, {
        issuer,
        audience: resource === '/' ? audience : [audience, `${audience}${resource}`],
        algorithms: [...algorithms],
        requiredClaims: ['sub', 'exp'],
        clockTolerance,
      })
      return isAccessToken(protectedHeader, payload)
        ? { id: payload.sub as string, scopes: scopesOf(payload) }
        : undefined
    } catch (error) {
      // A problem with the keys is not the caller's fault; every other error means that the token is not valid.
      if (!(error instanceof errors.JOSEError) || keyTrouble.includes(error.code))
        throw Object.assign(new Error('the identity provider is not available', { cause: error }), unavailable)
      return undefined
    }
  }
  return {
    auth: oauth({
      scopes,
      authorizationUrl: metadata.authorization_endpoint,
      tokenUrl: metadata.token_endpoint,
      resourceMetadataUrl: `${publicUrl}/.well-known/oauth-protected-resource`,
      verificationTokens: options.verificationTokens ?? {},
      verify,
    }),
    mounts: [
      ...resourceMetadata({ publicUrl, title, issuer, scopes: Object.keys(scopes) }),
      ...serverMetadata(publicUrl, async (ctx) => ctx.redirect(place)),
    ],
  }
}

const unavailable = { status: 503, expose: true, headers: { 'retry-after': '5' } }

// Claims of ID tokens, logout tokens and other messages to a client, which are signed with the same keys.
const ofOtherTokens = ['nonce', 'at_hash', 'c_hash', 's_hash', 'events', 'sid_hash', 'logout_token', 'htm', 'htu']

/**
 * Whether a JWT of the provider is an access token, RFC 9068 section 4 and RFC 8725 sections 3.11 and 3.12. Microsoft's and
 * Keycloak's have the type JWT or none; such a token must name its scopes, which ID tokens do not. A token that is bound to
 * a key (`cnf`) must not be used as a bearer token (RFC 9449, section 7.1).
 */
function isAccessToken({ typ }: JWTHeaderParameters, payload: JWTPayload): boolean {
  const type =
    typ === undefined
      ? 'jwt'
      : String(typ)
          .toLowerCase()
          .replace(/^application\//, '')
  const { sub, iat, scope, scp, cnf, typ: use } = payload as Record<string, unknown>
  if (typeof sub !== 'string' || sub.trim() === '' || cnf !== undefined) return false
  const isPast = typeof iat === 'number' && iat <= Date.now() / 1000 + clockTolerance
  if (iat !== undefined && !isPast) return false
  if (ofOtherTokens.some((claim) => payload[claim] !== undefined)) return false
  if (type === 'at+jwt') return isPast
  // Keycloak says in a claim what the token is for.
  return type === 'jwt' && (use === undefined || use === 'Bearer') && (scope ?? scp) !== undefined
}

/** Some providers write the scopes as a list; Microsoft writes them in `scp`. */
function scopesOf({ scope, scp }: JWTPayload): string[] {
  const found = scope ?? scp ?? ''
  return Array.isArray(found) ? found.map(String) : String(found).split(' ')
}

/** Reads RFC 8414 metadata, or else OpenID Connect Discovery. */
async function readMetadata(issuer: string): Promise<{ place: string; metadata: z.output<typeof Metadata> }> {
  const { origin, pathname } = new URL(issuer)
  const path = pathname.replace(/\/$/, '')
  const places = [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ]
  let reason = ''
  for (const place of places) {
    try {
      const answer = await fetch(place, { redirect: 'error', signal: AbortSignal.timeout(longestFetch) })
      if (!answer.ok) throw new Error(`${place} answers ${answer.status}`)
      const metadata = Metadata.parse(await answer.json())
      if (metadata.issuer !== issuer) throw new Error(`${place} names the issuer ${metadata.issuer}`)
      return { place, metadata }
    } catch (error) {
      reason ||=
        error instanceof z.ZodError
          ? `${place} is not the metadata of an authorization server`
          : String((error as Error).message)
    }
  }
  throw new IdentityProviderError(`OAUTH_ISSUER=${issuer} cannot be used: ${reason}`)
}
