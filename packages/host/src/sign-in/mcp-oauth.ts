import { type Fetch, isLoopback } from '@reference-plugins/guarded-fetch'
import { isObject } from '@reference-plugins/reader'
import { oauthChallenge } from './challenges.ts'
import { type OAuthServer, readOAuthServer } from './oauth-server.ts'

/** What an MCP server says about signing in, or why that could not be read. */
export type McpOAuth = { server: OAuthServer } | { faults: string[] }

/**
 * Finds the authorization server of an MCP server: the metadata of the resource are where the challenge says, otherwise
 * at the well-known place with the path, otherwise at the one without (MCP of 2026, RFC 9728). A server of MCP 2025-03-26
 * has none, and its own origin is the authorization server.
 * @param challenge the WWW-Authenticate header of the answer 401
 */
export async function discoverMcpOAuth(url: string, challenge: string | undefined, fetch: Fetch): Promise<McpOAuth> {
  const { metadata, scope } = oauthChallenge(challenge)
  const { origin } = new URL(url)
  const faults: string[] = []
  const places = resourcePlaces(url, metadata)
  let isDescribed = false
  for (const place of places) {
    if (!mayLead(url, place)) {
      faults.push(`${place} may not be read: the server is on the internet, and this is another machine or not https`)
      continue
    }
    // What is at the root describes the origin.
    const isRoot = place === `${origin}${wellKnown}`
    const read = await readResourceAt(place, isRoot && place !== metadata ? [url, `${origin}/`] : [url], fetch)
    if (read.resource === undefined) {
      isDescribed ||= read.isFound
      faults.push(read.fault)
      continue
    }
    const asked = scope ?? read.resource.scopes_supported.slice(0, 50).join(' ')
    const issuers = read.resource.authorization_servers.slice(0, 3)
    const { resource } = read.resource
    for (const issuer of issuers) {
      const server = mayLead(url, issuer) ? await readOAuthServer(issuer, { scope: asked, resource }, fetch) : undefined
      if (server) return { server }
      faults.push(`The authorization server ${issuer} publishes no metadata that can be read`)
    }
    if (issuers.length === 0) faults.push(`${place} names no authorization server`)
    return { faults }
  }
  const server = isDescribed ? undefined : await readOAuthServer(origin, { scope: scope ?? '', resource: url }, fetch)
  return server ? { server } : { faults }
}

const wellKnown = '/.well-known/oauth-protected-resource'

/** Where the metadata of a resource may be, the place that the server names first. */
function resourcePlaces(url: string, named: string | undefined): string[] {
  const { origin, pathname, search } = new URL(url)
  const given = named === undefined ? undefined : URL.parse(named, url)?.href
  const path = pathname === '/' ? '' : pathname
  const places = [given, `${origin}${wellKnown}${path}${search}`, `${origin}${wellKnown}${path.replace(/\/$/, '')}`]
  return [...new Set([...places, `${origin}${wellKnown}`].filter((place) => place !== undefined))]
}

/** Whether a server may send the host there: one on the internet neither to this machine nor to an address without TLS. */
function mayLead(from: string, to: string): boolean {
  const [server, target] = [new URL(from), URL.parse(to)]
  if (!target || !/^https?:$/.test(target.protocol)) return false
  if (isLoopback(server.hostname)) return true
  return !isLoopback(target.hostname) && (target.protocol === 'https:' || server.protocol === 'http:')
}

interface Resource {
  resource: string
  authorization_servers: string[]
  scopes_supported: string[]
}

type ReadResource =
  | { resource: Resource; fault?: undefined }
  | { resource?: undefined; fault: string; isFound: boolean }

/** @param expected what the metadata may be for: RFC 9728, section 3.3 */
async function readResourceAt(place: string, expected: string[], fetch: Fetch): Promise<ReadResource> {
  const unread = (fault: string, isFound = false): ReadResource => ({ fault, isFound })
  const answer = await fetch(place, { headers: { accept: 'application/json' } }).catch((error: Error) => error)
  if (answer instanceof Error) return unread(`${place} could not be read: ${answer.message}`)
  if (answer.status !== 200) return unread(`${place} answers ${answer.status}`)
  const value: unknown = await answer.json().catch(() => undefined)
  if (!isObject(value) || typeof value.resource !== 'string') return unread(`${place} has no metadata of a resource`)
  const resource = URL.parse(value.resource)?.href
  if (resource === undefined || !expected.includes(resource))
    return unread(`The metadata at ${place} are for ${value.resource.slice(0, 200)}, not for ${expected[0]}`, true)
  const texts = (list: unknown) => (Array.isArray(list) ? list.filter((one) => typeof one === 'string') : [])
  return {
    resource: {
      resource: value.resource,
      authorization_servers: texts(value.authorization_servers),
      scopes_supported: texts(value.scopes_supported),
    },
  }
}
