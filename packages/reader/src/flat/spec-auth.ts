import { httpUrl } from '../hosts/hosts.ts'
import type { SpecDocument } from '../openapi/spec-document.ts'
import type { DocumentAuth, DocumentOperation } from '../plugin-document.ts'
import { isObject, listOfAny, memberOf, objectOf, pairsOf, type Schema, wordOf } from '../text/members.ts'
import { plainLine, plainText, quote } from '../text/plain-text.ts'
import { isGiven, schemesOf } from './sign-in-needs.ts'

/** How users sign in according to the spec, or why they cannot. It counts where there is no manifest. */
export type SpecAuth = { auth: DocumentAuth } | { refused: string }

const none: SupportedAuth = { auth: { type: 'none', scheme: 'bearer', verificationTokens: {} } }

/**
 * Reads the security schemes in use. A spec does not say whose token it is. Each user is asked for their own
 * (`user_http`), because the user who registered the spec may not want to act for everybody.
 */
export function readSpecAuth(
  document: SpecDocument,
  specUrl: string,
  operations: readonly DocumentOperation[],
): SpecAuth {
  const { place, schemes } = schemesOf(document)
  const required = requirementsIn(document.root)
  if (required === undefined && schemes.size > 0)
    document.repairs.add('/security', 'security is missing; the security schemes are assumed for every operation.')
  const read = [...new Set(required?.flatMap(Object.keys) ?? schemes.keys())].flatMap((name) => {
    const scheme = schemes.get(name)
    if (!isObject(scheme)) return []
    const scopes = (required ?? []).flatMap((one) => listOfAny(one[name]))
    return [readScheme(scheme, specUrl, scopes, place, document)]
  })
  const supported = read.filter((one) => 'auth' in one)
  if (supported.length === 0) return operations.some(needsNone) ? none : (read[0] ?? none)
  // The host uses one: that with which most can be called, and OAuth, the safest, of several.
  const count = new Map(
    supported.map((one) => [one, operations.filter((operation) => opens(one.auth, operation)).length]),
  )
  const order = (one: SupportedAuth) => [count.get(one) ?? 0, one.auth.type === 'oauth' ? 1 : 0] as const
  return supported.reduce((best, one) => {
    const [[most, isBest], [much, isOAuth]] = [order(best), order(one)]
    return much > most || (much === most && isOAuth > isBest) ? one : best
  })
}

type SupportedAuth = Extract<SpecAuth, { auth: DocumentAuth }>

const opens = (auth: DocumentAuth, { signIn }: DocumentOperation): boolean =>
  isGiven(
    auth,
    signIn?.filter((way) => way.length > 0),
  )
const needsNone = ({ signIn }: DocumentOperation): boolean => isGiven(none.auth, signIn)

/** The Security Requirement Objects of the spec and its operations; undefined where nothing is said at all. */
function requirementsIn({ security, paths }: Schema): Schema[] | undefined {
  const items = pairsOf(paths).slice(0, 1_000)
  const ofOperations = items.flatMap(([, item]) => pairsOf(item).map(([, one]) => memberOf(one, 'security')))
  const lists = [security, ...ofOperations].filter((list) => list !== undefined)
  return lists.length === 0 ? undefined : lists.flatMap((list) => listOfAny(list).map(objectOf))
}

function readScheme(
  scheme: Schema,
  specUrl: string,
  asked: unknown[],
  place: string,
  { repairs }: SpecDocument,
): SpecAuth {
  const type = plainLine(scheme.type, 40).toLowerCase()
  const instructions = plainText(scheme.description, 1_000)
  const common = { ...(instructions && { instructions }), verificationTokens: {} }
  const user = (kind: 'bearer' | 'basic', keyHeader?: string): SpecAuth => ({
    auth: { type: 'user_http', scheme: kind, ...common, ...(keyHeader && { keyHeader }) },
  })
  const name = plainLine(scheme.name, 100)
  if (type === 'basic' || (type === 'http' && plainLine(scheme.scheme, 20).toLowerCase() === 'basic'))
    return user('basic')
  const kind = plainLine(scheme.scheme, 20).toLowerCase()
  if (type === 'bearer' || (type === 'http' && (kind === 'bearer' || kind === ''))) return user('bearer')
  if (type === 'apikey') {
    const where = plainLine(scheme.in, 20).toLowerCase()
    if (where === 'header' && /^[\w-]+$/.test(name)) return user('bearer', name)
    return {
      refused: `The API expects its key ${quote(name)} in the ${where || 'request'}, but a plugin sends its token in a header. Let the API accept it as "Authorization: Bearer".`,
    }
  }
  if (type === 'oauth2') {
    const flow = flowOf(scheme)
    const [authorizationUrl, tokenUrl] = [flow.authorizationUrl, flow.tokenUrl].map((url) =>
      typeof url === 'string' ? httpUrl(url.trim(), specUrl)?.href : undefined,
    )
    if (authorizationUrl && tokenUrl) {
      const named = asked.filter((one) => typeof one === 'string')
      const scopes = named.length > 0 ? [...new Set(named)] : Object.keys(objectOf(flow.scopes))
      const scope = scopes
        .slice(0, 50)
        .map((one) => plainLine(one, 100))
        .join(' ')
      // RFC 6749, section 4.1.3.
      const contentType = 'application/x-www-form-urlencoded'
      const oauth = { authorizationUrl, tokenUrl, scope, contentType } as const
      return { auth: { type: 'oauth', scheme: 'bearer', ...common, oauth } }
    }
  }
  repairs.add(
    place,
    `Signing in with ${quote(type === 'http' ? kind : type || scheme)} is not supported; users enter a token, which is sent as a bearer token.`,
  )
  return user('bearer')
}

function flowOf(scheme: Schema): Schema {
  if (isObject(scheme.flows)) return objectOf(scheme.flows.authorizationCode ?? scheme.flows.accessCode)
  return /^(accessCode|authorizationCode)$/.test(wordOf(scheme.flow)) ? scheme : {}
}
