import type { SpecDocument } from '../openapi/spec-document.ts'
import type { DocumentAuth, DocumentOperation, SignInNeed } from '../plugin-document.ts'
import { isObject, memberOf, objectOf, pairsOf, type Schema } from '../text/members.ts'
import { plainLine } from '../text/plain-text.ts'

const mostWays = 20
const mostSchemes = 10

/** The security schemes of a spec by name, and where they stand. */
export function schemesOf(document: SpecDocument): { place: string; schemes: Map<string, unknown> } {
  const { components, securityDefinitions } = document.root
  const named = memberOf(components, 'securitySchemes')
  const place = named === undefined ? '/securityDefinitions' : '/components/securitySchemes'
  const pairs = pairsOf(named ?? securityDefinitions)
  return { place, schemes: new Map(pairs.map(([name, scheme]) => [name, document.follow(scheme, place).value])) }
}

/** What an operation requires, of which one way is enough; undefined where the spec says nothing about it. */
export function signInOf(
  { security }: Schema,
  root: Schema,
  schemes: ReadonlyMap<string, unknown>,
): SignInNeed[][] | undefined {
  const ways = security ?? root.security
  if (!Array.isArray(ways)) return undefined
  return ways.slice(0, mostWays).map((way) =>
    Object.keys(objectOf(way))
      .slice(0, mostSchemes)
      .map((name) => {
        const scheme = schemes.get(name)
        return isObject(scheme) ? toNeed(scheme) : { kind: 'unknown', words: plainLine(name, 100) }
      }),
  )
}

function toNeed(scheme: Schema): SignInNeed {
  const type = plainLine(scheme.type, 40).toLowerCase()
  const http = type === 'http' ? plainLine(scheme.scheme, 40).toLowerCase() : type
  const name = plainLine(scheme.name, 100)
  if (http === 'basic') return { kind: 'basic', words: 'a user name and a password (Basic)' }
  if (http === 'bearer' || http === '') return { kind: 'bearer', words: 'a bearer token' }
  if (type === 'oauth2') return { kind: 'bearer', words: 'a sign-in by OAuth' }
  if (type === 'openidconnect') return { kind: 'bearer', words: 'a sign-in by OpenID Connect' }
  if (type !== 'apikey') return { kind: `other:${http}`, words: type === 'http' ? `HTTP ${http}` : http }
  const where = plainLine(scheme.in, 20).toLowerCase()
  const place = { header: 'a header', query: 'the query', cookie: 'a cookie' }[where] ?? 'the request'
  return { kind: `${where}:${name.toLowerCase()}`, words: `the key ${name} in ${place}` }
}

/** What a call with this auth carries; undefined if nothing. */
const kindOf = ({ type, scheme, keyHeader }: DocumentAuth): string | undefined => {
  if (type === 'none') return undefined
  if (type === 'oauth' || keyHeader === undefined) return type === 'oauth' ? 'bearer' : scheme
  return `header:${keyHeader.toLowerCase()}`
}

// A key in the header Authorization is often a bearer token that the spec describes as text.
const gives = (kind: string | undefined, need: SignInNeed): boolean =>
  kind === need.kind || need.kind === 'unknown' || (kind === 'bearer' && need.kind === 'header:authorization')

/** Whether an operation can be called with an auth. */
export const isGiven = (auth: DocumentAuth, signIn: SignInNeed[][] | undefined): boolean =>
  signIn === undefined || signIn.length === 0 || signIn.some((way) => way.every((need) => gives(kindOf(auth), need)))

/** Whether an operation is called without signing in: the spec says so. */
export const isPublic = ({ signIn }: Pick<DocumentOperation, 'signIn'>): boolean =>
  signIn?.every((way) => way.length === 0) ?? false

/**
 * What an operation requires for signing in and its plugin does not give, in words: the spec has different schemes, and a
 * host uses one. Undefined if it gives everything.
 */
export function missingSignIn(auth: DocumentAuth, { signIn }: Pick<DocumentOperation, 'signIn'>): string | undefined {
  if (isGiven(auth, signIn)) return undefined
  return [...new Set((signIn ?? []).map((way) => way.map(({ words }) => words).join(' and ')))].join(', or ')
}
