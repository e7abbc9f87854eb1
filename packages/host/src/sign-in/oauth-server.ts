import type { Fetch } from '@reference-plugins/guarded-fetch'
import type { OAuthEndpoints } from '@reference-plugins/reader'
import * as oauth from 'oauth4webapi'

/** An authorization server, pinned when the plugin was approved. */
export interface OAuthServer extends Omit<OAuthEndpoints, 'clientAuthentication'> {
  /** Known if the server publishes metadata (RFC 8414). */
  issuer?: string
  /** Whether its answers name the issuer (RFC 9207). Then an answer without one is rejected. */
  namesIssuer: boolean
  revocationUrl?: string
  registrationUrl?: string
  /** How the client authenticates: in the body, unless the server accepts only Basic. */
  clientAuthentication: 'post' | 'basic'
  /** What the token is for (RFC 8707), if the server says. */
  resource?: string
}

const insecure = (url: string) => ({ [oauth.allowInsecureRequests]: url.startsWith('http:') })

/**
 * Reads the metadata of the server. It counts only if it names exactly the endpoints of the manifest: nobody else may
 * choose where codes are sent.
 * @param server the base of the API
 */
export async function discoverOAuthServer(
  endpoints: OAuthEndpoints,
  server: string,
  fetch: Fetch,
): Promise<OAuthServer> {
  const clientAuthentication = endpoints.clientAuthentication ?? 'post'
  const plain: OAuthServer = { ...endpoints, namesIssuer: false, clientAuthentication }
  for (const issuer of await issuersOf(server, endpoints, fetch)) {
    const found = await readMetadata(issuer, fetch)
    if (found?.authorization_endpoint !== withoutQuery(endpoints.authorizationUrl)) continue
    if (found.token_endpoint !== endpoints.tokenUrl) continue
    return { ...plain, ...fromMetadata(found) }
  }
  return plain
}

/** Those that the API names (RFC 9728), the origin of the endpoints, and what is above them, as with a path of a domain. */
async function issuersOf(server: string, endpoints: OAuthEndpoints, fetch: Fetch): Promise<string[]> {
  const { origin, pathname } = new URL(endpoints.authorizationUrl)
  const above = `${origin}${pathname.replace(/\/[^/]*\/?$/, '')}`
  const named = await readResource(server, fetch)
  return [...new Set([...(named?.authorization_servers ?? []).slice(0, 3), origin, above])]
}

/** RFC 9728: before the path of the API, otherwise after it, where a proxy has the root of the domain to itself. */
async function readResource(url: string, fetch: Fetch): Promise<oauth.ResourceServer | undefined> {
  const resource = new URL(url)
  const path = resource.pathname.replace(/\/$/, '')
  const wellKnown = '/.well-known/oauth-protected-resource'
  for (const place of new Set([`${wellKnown}${path}`, `${path}${wellKnown}`])) {
    const found = await fetch(`${resource.origin}${place}`, { headers: { accept: 'application/json' } })
      .then((answer) => oauth.processResourceDiscoveryResponse(resource, answer))
      .catch(() => undefined)
    if (found) return found
  }
  return undefined
}

/** @param issuer a URL */
async function readMetadata(issuer: string, fetch: Fetch): Promise<oauth.AuthorizationServer | undefined> {
  const url = new URL(issuer)
  for (const place of metadataPlaces(url)) {
    const found = await fetch(place, { headers: { accept: 'application/json' } })
      .then((answer) => oauth.processDiscoveryResponse(url, answer))
      .catch(() => undefined)
    if (found) return found
  }
  return undefined
}

/** RFC 8414 and OpenID Connect, each before and after the path of the issuer, as servers have them. */
function metadataPlaces({ origin, pathname }: URL): string[] {
  const path = pathname.replace(/\/$/, '')
  const [own, oidc] = ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'] as const
  const places = [`${own}${path}`, `${oidc}${path}`, `${path}${oidc}`, `${path}${own}`]
  return [...new Set(places)].map((place) => `${origin}${place}`)
}

function fromMetadata(found: oauth.AuthorizationServer) {
  const methods = found.token_endpoint_auth_methods_supported
  const isBasic = methods !== undefined && !methods.includes('client_secret_post')
  return {
    issuer: found.issuer,
    namesIssuer: found.authorization_response_iss_parameter_supported === true,
    ...(found.revocation_endpoint && { revocationUrl: found.revocation_endpoint }),
    ...(found.registration_endpoint && { registrationUrl: found.registration_endpoint }),
    clientAuthentication: isBasic ? ('basic' as const) : ('post' as const),
  }
}

/** The authorization server with this issuer, from its metadata alone. Undefined if they cannot be read. */
export async function readOAuthServer(
  issuer: string,
  asked: Pick<OAuthServer, 'scope' | 'resource'>,
  fetch: Fetch,
): Promise<OAuthServer | undefined> {
  const found = await readMetadata(issuer, fetch)
  if (!found?.authorization_endpoint || !found.token_endpoint) return undefined
  return {
    ...fromMetadata(found),
    authorizationUrl: found.authorization_endpoint,
    tokenUrl: found.token_endpoint,
    contentType: 'application/x-www-form-urlencoded',
    ...asked,
  }
}

const withoutQuery = (url: string): string => {
  const { origin, pathname } = new URL(url)
  return `${origin}${pathname}`
}

/** In the form of oauth4webapi. */
export const toAuthorizationServer = (server: OAuthServer): oauth.AuthorizationServer => ({
  issuer: server.issuer ?? new URL(server.tokenUrl).origin,
  authorization_endpoint: server.authorizationUrl,
  token_endpoint: server.tokenUrl,
  authorization_response_iss_parameter_supported: server.namesIssuer,
  ...(server.revocationUrl && { revocation_endpoint: server.revocationUrl }),
  ...(server.registrationUrl && { registration_endpoint: server.registrationUrl }),
})

export interface RegisteredClient {
  id: string
  secret?: string
}

/**
 * Registers this host as a client (RFC 7591).
 * @throws Error that says why the server did not
 */
export async function registerClient(
  server: OAuthServer,
  callbackUrl: string,
  fetch: Fetch,
): Promise<RegisteredClient> {
  const answer = await oauth.dynamicClientRegistrationRequest(
    toAuthorizationServer(server),
    {
      client_name: 'Reference plugins host',
      redirect_uris: [callbackUrl],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      ...(server.scope && { scope: server.scope }),
    },
    { [oauth.customFetch]: fetch, ...insecure(server.tokenUrl) },
  )
  const client = await oauth.processDynamicClientRegistrationResponse(answer)
  return { id: client.client_id, ...(typeof client.client_secret === 'string' && { secret: client.client_secret }) }
}
