import { httpUrl } from '../hosts/hosts.ts'
import type { DocumentAuth, OAuthEndpoints } from '../plugin-document.ts'
import { DocumentRefused } from '../text/document-refused.ts'
import { isObject, listOfAny, pairsOf, type Schema } from '../text/members.ts'
import { listOf, plainLine, plainText, quote } from '../text/plain-text.ts'
import type { Repairs } from '../text/repairs.ts'

const advice: Record<string, string> = {
  bearer:
    '{"type": "user_http", "authorization_type": "bearer"}, if each user enters a token, or service_http, if the developer enters one for everybody',
  basic:
    '{"type": "user_http", "authorization_type": "basic"}, if each user enters a name and password, or service_http, if the developer enters them for everybody',
}

/**
 * Reads `auth` of a manifest. The type decides; members that do not belong to it are ignored.
 * @throws DocumentRefused where nobody could sign in to the plugin.
 */
export function readManifestAuth(given: unknown, manifestUrl: string, repairs: Repairs): DocumentAuth {
  if (given === undefined || given === null) {
    repairs.add('/auth', 'auth is missing; {"type": "none"} is assumed.')
    return { type: 'none', scheme: 'bearer', verificationTokens: {} }
  }
  if (typeof given === 'string')
    repairs.add('/auth', `auth must be an object; it is read as {"type": ${quote(given)}}.`)
  const auth: Schema = isObject(given) ? given : { type: given }
  const type = readType(auth, repairs)
  const instructions = plainText(auth.instructions, 1_000)
  if (auth.client_secret !== undefined || auth.client_id !== undefined)
    repairs.add(
      '/auth/client_secret',
      'client_id and client_secret must not be in a file that everybody can read. They were not stored; if they are real, replace them.',
    )
  const common = {
    ...(instructions && { instructions }),
    verificationTokens: readTokens(auth.verification_tokens, type, repairs),
  }
  if (type === 'none') {
    const odd = Object.keys(auth).filter((name) => name !== 'type' && name !== 'instructions')
    if (odd.length > 0)
      repairs.add(
        '/auth',
        `auth is none, so ${listOf(odd.map((name) => plainLine(name, 40)))} is ignored; no credentials are sent.`,
      )
    return { type, scheme: 'bearer', ...common, verificationTokens: {} }
  }
  if (type === 'oauth') return { type, scheme: 'bearer', ...common, oauth: readOAuth(auth, manifestUrl, repairs) }
  return { type, scheme: readScheme(auth, repairs), ...common }
}

function readType(auth: Schema, repairs: Repairs): DocumentAuth['type'] {
  const written = plainLine(auth.type, 40)
  const key = written.toLowerCase().replaceAll(/[\s-]+/g, '_')
  const known: Record<string, DocumentAuth['type']> = {
    none: 'none',
    no_auth: 'none',
    service_http: 'service_http',
    user_http: 'user_http',
    oauth: 'oauth',
    oauth2: 'oauth',
    '': auth.client_url === undefined ? 'none' : 'oauth',
  }
  const type = Object.hasOwn(known, key) ? known[key] : undefined
  if (type) {
    if (auth.type !== type)
      repairs.add(
        '/auth/type',
        written === '' ? `auth.type is missing; ${type} is assumed.` : `${quote(written)} is read as ${type}.`,
      )
    return type
  }
  const scheme = key.includes('basic') ? 'basic' : 'bearer'
  const isElsewhere =
    auth.in === 'query' || auth.in === 'header' || (auth.header_name ?? auth.api_key_name) !== undefined
  const place = isElsewhere ? ' A plugin receives its token in the Authorization header only.' : ''
  throw new DocumentRefused(
    `The manifest's auth has the type ${quote(written)}. A plugin supports none, service_http, user_http and oauth.${place} Use ${advice[scheme]}.`,
  )
}

function readScheme(auth: Schema, repairs: Repairs): 'bearer' | 'basic' {
  const written = plainLine(auth.authorization_type, 40)
  const scheme = written.toLowerCase()
  if (scheme === 'bearer' || scheme === 'basic') {
    if (scheme !== auth.authorization_type)
      repairs.add('/auth/authorization_type', `${quote(written)} is read as ${scheme}.`)
    return scheme
  }
  repairs.add(
    '/auth/authorization_type',
    `authorization_type ${written === '' ? 'is missing' : `is ${quote(written)}, neither bearer nor basic`}; bearer is assumed.`,
  )
  return 'bearer'
}

function readTokens(given: unknown, type: string, repairs: Repairs): Record<string, string> {
  const tokens = pairsOf(given)
    .slice(0, 20)
    .map(([service, token]) => [plainLine(service, 50), typeof token === 'string' ? token.trim().slice(0, 500) : ''])
    .filter(([, token]) => token !== '')
  if (tokens.length === 0 && (type === 'oauth' || type === 'service_http'))
    repairs.add('/auth/verification_tokens', 'auth has no verification token yet; the host shows the one to add.')
  return Object.fromEntries(tokens)
}

function readOAuth(auth: Schema, manifestUrl: string, repairs: Repairs): OAuthEndpoints {
  const client = plainLine(auth.client_url, 2_000)
  const token = plainLine(auth.authorization_url, 2_000)
  if (client === '' || token === '')
    throw new DocumentRefused(
      `The manifest's auth has no ${client === '' ? 'client_url' : 'authorization_url'}. client_url is the page where users sign in, and authorization_url is the endpoint that exchanges a code for a token${
        auth.token_url === undefined ? '' : ' (token_url is ignored)'
      }.`,
    )
  if (client === token && auth.token_url !== undefined)
    throw new DocumentRefused(
      "The manifest's client_url and authorization_url are the same page. authorization_url is the endpoint that exchanges a code for a token: set it to the value of token_url.",
    )
  const type = plainLine(auth.authorization_content_type, 100).toLowerCase().split(';')[0]?.trim()
  const contentType = type === 'application/json' ? type : 'application/x-www-form-urlencoded'
  if (type !== contentType)
    repairs.add(
      '/auth/authorization_content_type',
      // RFC 6749, section 4.1.3: every token endpoint takes a form.
      `authorization_content_type ${type ? `is ${quote(type)}` : 'is missing'}; application/x-www-form-urlencoded is used, as OAuth requires.`,
    )
  const scopes = Array.isArray(auth.scope) ? auth.scope : listOfAny(auth.scope ? undefined : auth.scopes)
  if (scopes.length > 0)
    repairs.add('/auth/scope', 'scope must be one string with spaces between the scopes; the list was joined.')
  return {
    authorizationUrl: endpoint(client, 'client_url', manifestUrl, repairs),
    tokenUrl: endpoint(token, 'authorization_url', manifestUrl, repairs),
    scope: plainLine(scopes.length > 0 ? scopes.filter((one) => typeof one === 'string').join(' ') : auth.scope, 2_000),
    contentType,
    ...(auth.token_exchange_method === 'basic_auth_header' && { clientAuthentication: 'basic' as const }),
  }
}

function endpoint(address: string, member: string, manifestUrl: string, repairs: Repairs): string {
  const url = httpUrl(address, manifestUrl)
  if (!url || url.username || url.password || /[<>{}]|%7B|%3C/i.test(address))
    throw new DocumentRefused(
      `The ${member} in the manifest's auth, ${quote(address, 120)}, is not a URL. It must start with https://.`,
    )
  if (!/^https?:/i.test(address)) repairs.add(`/auth/${member}`, `The URL must be absolute; it is read as ${url.href}.`)
  return url.href
}
