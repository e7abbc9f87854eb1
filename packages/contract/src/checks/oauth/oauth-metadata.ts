import { TimeOver } from '../../calls/deadline.ts'
import { exchange, fetchJson } from '../../calls/exchange.ts'
import type { Report } from '../../rules/finding.ts'
import { onServer } from '../../spec/servers.ts'
import { asArray, asObject, type Schema } from '../../spec/spec.ts'

/** RFC 9728 and RFC 8414, where they are served: they lead today's assistants to the authorization server. */
export async function checkMetadata(auth: Schema, baseUrl: string, report: Report): Promise<void> {
  const { url, answer } = await fetchFirst(resourcePlaces(baseUrl), report)
  if (!answer || answer.status === 404) {
    report.skip('oauth', 'metadata', '/.well-known/oauth-protected-resource does not exist')
    return checkServer(auth, baseUrl, undefined, report)
  }
  const { resource, authorization_servers: servers } = answer.json
  const say = (detail: string) =>
    report.add('oauth-metadata', 'oauth-protected-resource', detail, { curl: `curl -i '${url}'` })
  if (answer.status !== 200) return void say(`it answers ${answer.status}`)
  if (typeof resource !== 'string') say('it has no member resource')
  else if (!URL.canParse(resource)) say(`its resource ${resource} is not a URL`)
  if (asArray(servers).length === 0) say('it names no authorization server')
  const [first] = asArray(servers)
  await checkServer(auth, baseUrl, typeof first === 'string' && URL.canParse(first) ? first : undefined, report)
}

/** What the metadata of the authorization server must have in common with the manifest. */
async function checkServer(auth: Schema, baseUrl: string, issuer: string | undefined, report: Report): Promise<void> {
  const named = issuer ?? String(auth.client_url)
  if (!URL.canParse(named)) return
  const { origin, pathname } = new URL(named)
  const isOwn = origin === new URL(String(auth.client_url)).origin
  const toHere = (link: string) => (isOwn ? onServer(link, baseUrl) : link)
  const path = issuer === undefined ? '' : pathname.replace(/\/$/, '')
  const { url, answer } = await fetchFirst(serverPlaces(origin, path, isOwn ? baseUrl : origin).map(toHere), report)
  if (answer?.status !== 200 || Object.keys(answer.json).length === 0) return
  const metadata = answer.json
  const say = (detail: string) =>
    report.add('oauth-metadata', 'oauth-authorization-server', detail, { curl: `curl -i '${url}'` })
  const { issuer: own, response_types_supported: types, code_challenge_methods_supported: methods } = metadata
  if (typeof own !== 'string') say('it has no member issuer')
  else if (issuer !== undefined && own.replace(/\/$/, '') !== issuer.replace(/\/$/, ''))
    say(`its issuer is ${own}, and ${issuer} leads to it`)
  else if (issuer === undefined && (!URL.canParse(own) || new URL(own).origin !== origin))
    say(`its issuer is ${own}, and it is served at ${origin}`)
  for (const [member, ofManifest] of [
    ['authorization_endpoint', 'client_url'],
    ['token_endpoint', 'authorization_url'],
  ] as const) {
    const [here, there] = [metadata[member], auth[ofManifest]]
    if (typeof here !== 'string' || !URL.canParse(here)) say(`it has no ${member}`)
    else if (typeof there === 'string' && URL.canParse(there) && placeOf(here) !== placeOf(there))
      say(`its ${member} is ${here}, and the manifest has ${there}`)
  }
  if (!asArray(types).includes('code')) say('its response_types_supported do not include code')
  if (methods !== undefined && !asArray(methods).includes('S256'))
    say('its code_challenge_methods_supported do not include S256')
  const scopes = asArray(metadata.scopes_supported)
  const missing = String(auth.scope ?? '')
    .split(' ')
    .filter((one) => one !== '' && !scopes.includes(one))
  if (scopes.length > 0 && missing.length > 0)
    say(`its scopes_supported do not include ${missing.join(' ')} of the manifest`)
  await checkLinks(metadata, origin, toHere, say, report)
}

const wellKnown = '/.well-known/'

/** RFC 9728, section 3.1, and below the address: a proxy may have the root of the domain to itself. */
function resourcePlaces(baseUrl: string): string[] {
  const { origin, pathname } = new URL(baseUrl)
  const name = `${wellKnown}oauth-protected-resource`
  return [`${origin}${name}${pathname.replace(/\/$/, '')}`, `${baseUrl}${name}`]
}

/** RFC 8414, section 3.1, and where OpenID Connect and servers below a path have it. */
function serverPlaces(origin: string, path: string, base: string): string[] {
  const name = `${wellKnown}oauth-authorization-server`
  const first = `${origin}${name}${path}`
  return new URL(base).pathname === '/'
    ? [first]
    : [first, `${base}${name}${path}`, `${origin}${path}${wellKnown}openid-configuration`]
}

/** What the first of some places answers that has something. */
async function fetchFirst(places: readonly string[], report: Report) {
  let found: { url: string; answer: Awaited<ReturnType<typeof fetchJson>> } | undefined
  for (const url of new Set(places)) {
    report.calls++
    const answer = await fetchJson(url)
    if (answer && answer.status !== 404) return { url, answer }
    found ??= { url, answer }
  }
  return found as NonNullable<typeof found>
}

/** The endpoints that the metadata names answer. */
async function checkLinks(
  metadata: Schema,
  origin: string,
  toHere: (link: string) => string,
  say: (detail: string) => void,
  report: Report,
): Promise<void> {
  for (const member of ['jwks_uri', 'revocation_endpoint', 'introspection_endpoint', 'registration_endpoint']) {
    const link = metadata[member]
    if (typeof link !== 'string' || !link.startsWith(`${origin}/`)) continue
    const url = toHere(link)
    report.calls++
    const method = member === 'jwks_uri' ? 'GET' : 'POST'
    const answer = await exchange(url, { method, longest: 5_000 }).catch((error) => {
      if (error instanceof TimeOver) throw error
      return undefined
    })
    if (answer && (answer.status === 404 || answer.status === 405 || answer.status >= 500))
      say(`its ${member} is answered with ${answer.status}`)
    else if (answer && member === 'jwks_uri' && !Array.isArray(asObject(answer.json).keys))
      say('its jwks_uri has no keys')
  }
}

const placeOf = (url: string): string => {
  const { origin, pathname } = new URL(url)
  return origin + pathname.replace(/\/$/, '')
}
