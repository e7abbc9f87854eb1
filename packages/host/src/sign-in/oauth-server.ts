import type { Fetch } from '@reference-plugins/guarded-fetch'
import type { OAuthEndpoints } from '@reference-plugins/reader'
import * as oauth from 'oauth4webapi'

/** An authorization server as it was pinned when the plugin was approved. */
export interface OAuthServer extends Omit<OAuthEndpoints, 'clientAuthentication'> {
  /** Known where the server publishes metadata (RFC 8414). */
  issuer?: string
  /** Whether its answers name the issuer (RFC 9207), and an answer that does not is refused. */
  namesIssuer: boolean
  revocationUrl?: string
  registrationUrl?: string
  /** How the client proves itself; in the body unless the server takes nothing but Basic. */
  clientAuthentication: 'post' | 'basic'
  /** What a token is asked for (RFC 8707), where the server tells. */
  resource?: string
}

export interface DiscoveryOptions {
  endpoints: OAuthEndpoints
  /** The base of the API. */
  server: string
  fetch: Fetch
}

const insecure = (url: string) => ({ [oauth.allowInsecureRequests]: url.startsWith('http:') })

/**
 * Looks for what the server says of itself. What it says counts only where it names the very endpoints of the manifest:
 * nobody else may name the place that codes are sent to.
 */
export async function discoverOAuthServer({ endpoints, server, fetch }: DiscoveryOptions): Promise<OAuthServer> {
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

/**
 * The authorization server of an MCP server, which names it in its own metadata (MCP of 2026, RFC 9728). Undefined where
 * it names none that can be read.
 */
export async function discoverMcpOAuth(url: string, fetch: Fetch): Promise<OAuthServer | undefined> {
  const resource = new URL(url)
  const named = await oauth
    .resourceDiscoveryRequest(resource, { [oauth.customFetch]: fetch, ...insecure(url) })
    .then((answer) => oauth.processResourceDiscoveryResponse(resource, answer))
    .catch(() => undefined)
  const [issuer] = named?.authorization_servers ?? []
  const found = issuer === undefined ? undefined : await readMetadata(issuer, fetch)
  if (!found?.authorization_endpoint || !found.token_endpoint) return undefined
  const scopes = named?.scopes_supported ?? []
  return {
    ...fromMetadata(found),
    authorizationUrl: found.authorization_endpoint,
    tokenUrl: found.token_endpoint,
    scope: scopes.slice(0, 50).join(' '),
    contentType: 'application/x-www-form-urlencoded',
    resource: url,
  }
}

/** The origin of the endpoints, and what the API itself names (RFC 9728). */
async function issuersOf(server: string, endpoints: OAuthEndpoints, fetch: Fetch): Promise<string[]> {
  const own = new URL(endpoints.authorizationUrl).origin
  const resource = new URL(server)
  const named = await oauth
    .resourceDiscoveryRequest(resource, { [oauth.customFetch]: fetch, ...insecure(server) })
    .then((answer) => oauth.processResourceDiscoveryResponse(resource, answer))
    .catch(() => undefined)
  return [...new Set([...(named?.authorization_servers ?? []), own])].slice(0, 3)
}

async function readMetadata(issuer: string, fetch: Fetch): Promise<oauth.AuthorizationServer | undefined> {
  for (const algorithm of ['oauth2', 'oidc'] as const) {
    const url = new URL(issuer)
    const found = await oauth
      .discoveryRequest(url, { algorithm, [oauth.customFetch]: fetch, ...insecure(issuer) })
      .then((answer) => oauth.processDiscoveryResponse(url, answer))
      .catch(() => undefined)
    if (found) return found
  }
  return undefined
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

const withoutQuery = (url: string): string => {
  const { origin, pathname } = new URL(url)
  return `${origin}${pathname}`
}

/** As oauth4webapi wants it. */
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
 * Registers this host as a client, where the server takes that (RFC 7591).
 * @throws Error that says why not
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
