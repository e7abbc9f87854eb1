import type { DocumentAuth, OAuthEndpoints } from '../plugin-document.ts'
import { DocumentRefused } from '../text/document-refused.ts'
import type { Schema } from '../text/members.ts'
import { isObject, listOfAny, pairsOf } from '../text/members.ts'
import { listOf, plainLine, plainText, quote } from '../text/plain-text.ts'
import type { AddRepair } from './manifest.ts'

const advice: Record<string, string> = {
  bearer:
    '{"type": "user_http", "authorization_type": "bearer"}, where each user pastes a token of their own, or service_http, where the developer does once',
  basic:
    '{"type": "user_http", "authorization_type": "basic"}, where each user pastes name and password, or service_http, where the developer does once',
}

/**
 * Reads `auth` of a manifest. The type decides; what does not belong to it is left aside.
 * @throws DocumentRefused where a plugin could not be signed in to.
 */
export function readManifestAuth(given: unknown, manifestUrl: string, repair: AddRepair): DocumentAuth {
  if (given === undefined || given === null) {
    repair('/auth', 'auth is missing; {"type": "none"} is assumed.')
    return { type: 'none', scheme: 'bearer', verificationTokens: {} }
  }
  if (typeof given === 'string') repair('/auth', `auth should be an object; it is read as {"type": ${quote(given)}}.`)
  const auth: Schema = isObject(given) ? given : { type: given }
  const type = readType(auth, repair)
  const instructions = plainText(auth.instructions, 1_000)
  if (auth.client_secret !== undefined || auth.client_id !== undefined)
    repair(
      '/auth/client_secret',
      'The client id and secret do not belong into a file that everybody can read. They were not kept; if they are real, replace them.',
    )
  const common = {
    ...(instructions && { instructions }),
    verificationTokens: readTokens(auth.verification_tokens, type, repair),
  }
  if (type === 'none') {
    const odd = Object.keys(auth).filter((name) => name !== 'type' && name !== 'instructions')
    if (odd.length > 0)
      repair(
        '/auth',
        `auth is none, so ${listOf(odd.map((name) => plainLine(name, 40)))} says nothing; no credentials are sent.`,
      )
    return { type, scheme: 'bearer', ...common, verificationTokens: {} }
  }
  if (type === 'oauth') return { type, scheme: 'bearer', ...common, oauth: readOAuth(auth, manifestUrl, repair) }
  return { type, scheme: readScheme(auth, repair), ...common }
}

function readType(auth: Schema, repair: AddRepair): DocumentAuth['type'] {
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
      repair(
        '/auth/type',
        written === '' ? `The type of auth is missing; ${type} is assumed.` : `${quote(written)} is read as ${type}.`,
      )
    return type
  }
  const scheme = key.includes('basic') ? 'basic' : 'bearer'
  const place =
    auth.in === 'query' || auth.header_name !== undefined || auth.api_key_name !== undefined || auth.in === 'header'
      ? ' A plugin takes its token in the Authorization header alone.'
      : ''
  throw new DocumentRefused(
    `The manifest's auth is of type ${quote(written)}; none, service_http, user_http and oauth are the types of a plugin.${place} Write ${advice[scheme]}.`,
  )
}

function readScheme(auth: Schema, repair: AddRepair): 'bearer' | 'basic' {
  const written = plainLine(auth.authorization_type, 40)
  const scheme = written.toLowerCase()
  if (scheme === 'bearer' || scheme === 'basic') {
    if (scheme !== auth.authorization_type)
      repair('/auth/authorization_type', `${quote(written)} is read as ${scheme}.`)
    return scheme
  }
  repair(
    '/auth/authorization_type',
    `authorization_type ${written === '' ? 'is missing' : `is ${quote(written)}, neither bearer nor basic`}; bearer is assumed.`,
  )
  return 'bearer'
}

function readTokens(given: unknown, type: string, repair: AddRepair): Record<string, string> {
  const tokens: [string, string][] = []
  for (const [service, token] of pairsOf(given).slice(0, 20))
    if (typeof token === 'string' && token.trim() !== '')
      tokens.push([plainLine(service, 50), token.trim().slice(0, 500)])
  if (tokens.length === 0 && (type === 'oauth' || type === 'service_http'))
    repair('/auth/verification_tokens', 'There is no verification token yet; the host shows the one that belongs here.')
  return Object.fromEntries(tokens)
}

function readOAuth(auth: Schema, manifestUrl: string, repair: AddRepair): OAuthEndpoints {
  const client = plainLine(auth.client_url, 2_000)
  const token = plainLine(auth.authorization_url, 2_000)
  if (client === '' || token === '')
    throw new DocumentRefused(
      `The manifest's auth lacks ${client === '' ? 'client_url' : 'authorization_url'}. In a plugin's manifest client_url is the page where users sign in, and authorization_url is where a code becomes a token${
        auth.token_url === undefined ? '' : ' (token_url is not read)'
      }.`,
    )
  if (client === token && auth.token_url !== undefined)
    throw new DocumentRefused(
      "The manifest's client_url and authorization_url are the same page. authorization_url is where a code becomes a token: put the address of token_url there.",
    )
  const type = plainLine(auth.authorization_content_type, 100).toLowerCase().split(';')[0]?.trim()
  const contentType = type === 'application/json' ? type : 'application/x-www-form-urlencoded'
  if (type !== contentType)
    repair(
      '/auth/authorization_content_type',
      // RFC 6749, section 4.1.3: every token endpoint takes a form.
      `authorization_content_type ${type ? `is ${quote(type)}` : 'is missing'}; a form is sent, as OAuth has it.`,
    )
  const scopes = Array.isArray(auth.scope) ? auth.scope : listOfAny(auth.scope ? undefined : auth.scopes)
  if (scopes.length > 0) repair('/auth/scope', 'The scopes should be one text with blanks between; they were joined.')
  return {
    authorizationUrl: endpoint(client, 'client_url', manifestUrl, repair),
    tokenUrl: endpoint(token, 'authorization_url', manifestUrl, repair),
    scope: plainLine(scopes.length > 0 ? scopes.filter((one) => typeof one === 'string').join(' ') : auth.scope, 2_000),
    contentType,
    ...(auth.token_exchange_method === 'basic_auth_header' && { clientAuthentication: 'basic' as const }),
  }
}

function endpoint(address: string, member: string, manifestUrl: string, repair: AddRepair): string {
  const url = URL.parse(address, manifestUrl)
  if (
    !url ||
    !['http:', 'https:'].includes(url.protocol) ||
    url.username !== '' ||
    url.password !== '' ||
    /[<>{}]|%7B|%3C/i.test(address)
  )
    throw new DocumentRefused(
      `The ${member} in the manifest's auth, ${quote(address, 120)}, is no address. It should begin with https://.`,
    )
  if (!/^https?:/i.test(address))
    repair(`/auth/${member}`, `The address should be absolute; it is read as ${url.href}.`)
  return url.href
}
