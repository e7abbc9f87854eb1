import type { References } from '../openapi/references.ts'
import type { DocumentAuth } from '../plugin-document.ts'
import type { Schema } from '../text/members.ts'
import { isObject, listOfAny, memberOf, objectOf, pairsOf, wordOf } from '../text/members.ts'
import { plainLine, plainText, quote } from '../text/plain-text.ts'
import type { Repairs } from '../text/repairs.ts'

/** How users sign in according to the spec, or why they cannot. It counts where there is no manifest. */
export type SpecAuth = { auth: DocumentAuth } | { refused: string }

const none: SpecAuth = { auth: { type: 'none', scheme: 'bearer', verificationTokens: {} } }

/**
 * Reads the security schemes in use. A spec does not say whose token it is. Each user is asked for their own
 * (`user_http`), because the user who registered the spec may not want to act for everybody.
 */
export function readSpecAuth(document: Schema, specUrl: string, references: References, repairs: Repairs): SpecAuth {
  const place =
    memberOf(document.components, 'securitySchemes') !== undefined
      ? '/components/securitySchemes'
      : '/securityDefinitions'
  const schemes = new Map(
    pairsOf(memberOf(document.components, 'securitySchemes') ?? document.securityDefinitions).map(([name, scheme]) => [
      name,
      references.follow(scheme, place).value,
    ]),
  )
  const asked = askedFor(document)
  const names = asked ?? [...schemes.keys()]
  if (asked === undefined && schemes.size > 0)
    repairs.add('/security', 'security is missing; the security schemes are assumed for every operation.')
  const read = names
    .map((name) => schemes.get(name))
    .filter(isObject)
    .map((scheme) => readScheme(scheme, document, specUrl, repairs, place))
  // OAuth is the safest of several ways; one that is not supported comes last.
  const best = read.sort((a, b) => rank(a) - rank(b))[0]
  return best ?? none
}

const rank = (read: SpecAuth): number => ('refused' in read ? 2 : read.auth.type === 'oauth' ? 0 : 1)

/** The names of the schemes in use; undefined where nothing is said at all. */
function askedFor(document: Schema): string[] | undefined {
  const lists: unknown[] = []
  if (document.security !== undefined) lists.push(document.security)
  for (const [, item] of pairsOf(document.paths).slice(0, 1_000))
    for (const [, operation] of pairsOf(item)) {
      const own = memberOf(operation, 'security')
      if (own !== undefined) lists.push(own)
    }
  if (lists.length === 0) return undefined
  return [...new Set(lists.flatMap((list) => listOfAny(list).flatMap((one) => Object.keys(objectOf(one)))))]
}

function readScheme(scheme: Schema, document: Schema, specUrl: string, repairs: Repairs, place: string): SpecAuth {
  const type = plainLine(scheme.type, 40).toLowerCase()
  const instructions = plainText(scheme.description, 1_000)
  const common = { ...(instructions && { instructions }), verificationTokens: {} }
  const user = (kind: 'bearer' | 'basic', keyHeader?: string): SpecAuth => ({
    auth: { type: 'user_http', scheme: kind, ...common, ...(keyHeader && { keyHeader }) },
  })
  const name = plainLine(scheme.name, 100)
  if (type === 'basic' || (type === 'http' && plainLine(scheme.scheme, 20).toLowerCase() === 'basic'))
    return user('basic')
  if (type === 'http' || type === 'bearer') return user('bearer')
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
      typeof url === 'string' ? URL.parse(url.trim(), specUrl) : null,
    )
    if (
      authorizationUrl &&
      tokenUrl &&
      [authorizationUrl, tokenUrl].every(({ protocol }) => /^https?:$/.test(protocol))
    ) {
      const scopes = scopesAsked(document) ?? Object.keys(objectOf(flow.scopes))
      return {
        auth: {
          type: 'oauth',
          scheme: 'bearer',
          ...common,
          oauth: {
            authorizationUrl: authorizationUrl.href,
            tokenUrl: tokenUrl.href,
            scope: scopes
              .slice(0, 50)
              .map((scope) => plainLine(scope, 100))
              .join(' '),
            // RFC 6749, section 4.1.3.
            contentType: 'application/x-www-form-urlencoded',
          },
        },
      }
    }
  }
  repairs.add(
    place,
    `Signing in with ${quote(type || scheme)} is not supported; users enter a token, which is sent as a bearer token.`,
  )
  return user('bearer')
}

function flowOf(scheme: Schema): Schema {
  if (isObject(scheme.flows)) return objectOf(scheme.flows.authorizationCode ?? scheme.flows.accessCode)
  return /^(accessCode|authorizationCode)$/.test(wordOf(scheme.flow)) ? scheme : {}
}

function scopesAsked(document: Schema): string[] | undefined {
  const lists = [
    document.security,
    ...pairsOf(document.paths)
      .slice(0, 1_000)
      .flatMap(([, item]) => pairsOf(item).map(([, one]) => memberOf(one, 'security'))),
  ]
  const scopes = lists.flatMap((list) =>
    listOfAny(list).flatMap((one) => Object.values(objectOf(one)).flatMap(listOfAny)),
  )
  const texts = [...new Set(scopes.filter((scope) => typeof scope === 'string'))]
  return texts.length > 0 ? texts : undefined
}
