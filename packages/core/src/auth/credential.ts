import { createHash, timingSafeEqual } from 'node:crypto'
import { unauthorized } from './challenge.ts'

export type Scheme = 'bearer' | 'basic'

// RFC 6750 section 2.1 (b64token). The length limit is ours: no sensible server issues longer tokens.
const bearer = /^Bearer +([A-Za-z0-9\-._~+/]+=*) *$/i
const basic = /^Basic +([A-Za-z0-9+/]+=*) *$/i
const longest = 8192

/**
 * The secret in an Authorization header. In a Basic header it is the password, or the user name if the password is empty
 * or there is no colon, because assistants disagree on where to put a single key.
 * @param parameters more parameters for the challenge
 * @throws Problem 401 if the header is missing or has another form
 */
export function readCredential(
  scheme: Scheme,
  authorization: string | undefined,
  parameters: Record<string, string> = {},
): string {
  const name = scheme === 'bearer' ? 'Bearer' : 'Basic'
  if (authorization === undefined)
    throw unauthorized(scheme, `Send the token in the header "Authorization: ${name} …"`, { realm: 'plugin' })
  const found =
    authorization.length <= longest ? (scheme === 'bearer' ? bearer : basic).exec(authorization)?.[1] : undefined
  if (found === undefined)
    throw invalidToken(scheme, `The Authorization header must have the form "${name} …"`, parameters)
  if (scheme === 'bearer') return found
  const decoded = Buffer.from(found, 'base64').toString('utf8')
  const colon = decoded.indexOf(':')
  return (colon < 0 ? '' : decoded.slice(colon + 1)) || (colon < 0 ? decoded : decoded.slice(0, colon))
}

export function invalidToken(scheme: Scheme, detail: string, parameters: Record<string, string> = {}) {
  return unauthorized(scheme, detail, {
    realm: 'plugin',
    ...(scheme === 'bearer' && { error: 'invalid_token' }),
    ...parameters,
  })
}

/** SHA-256 of a token. Stores keep it and checks compare it, so that neither timing nor a stolen table reveals a token. */
export const digest = (token: string): Buffer => createHash('sha256').update(token).digest()

/**
 * The place of a token among known ones, or undefined. Compares with every one, even after a match, so that timing reveals
 * nothing.
 */
export function placeOf(token: string, digests: readonly Buffer[]): number | undefined {
  const given = digest(token)
  return digests.reduce<number | undefined>(
    (found, known, place) => (timingSafeEqual(given, known) ? (found ?? place) : found),
    undefined,
  )
}
