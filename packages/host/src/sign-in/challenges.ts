/** One challenge of a WWW-Authenticate header (RFC 9110, section 11.6.1). */
export interface Challenge {
  /** In lower case; empty where a server leaves it out. */
  scheme: string
  /** By name in lower case. */
  parameters: Map<string, string>
}

const separator = /[\s,;]+/y
const token = /[\w!#$%&'*+.^`|~-]+/y
const value = /\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|'([^',]*)'|([^\s,;"=][^\s,;"]*))/y
const token68 = /[ \t]+[\w.~+/-]+=*(?=\s*(?:,|$))/y

/** The most characters that are read. */
const longest = 8_000

/**
 * Reads every challenge in the forms that servers send: several in one header, values with or without quotes. Several
 * headers are joined by commas, as `Headers` does it.
 */
export function challengesIn(header: string | null | undefined): Challenge[] {
  const text = (header ?? '').slice(0, longest)
  const challenges: Challenge[] = []
  let at = 0
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (match) at = pattern.lastIndex
    return match
  }
  while (at < text.length) {
    if (take(separator)) continue
    const name = take(token)?.[0].toLowerCase()
    if (name === undefined) {
      at++
      continue
    }
    const given = take(value)
    if (!given) {
      challenges.push({ scheme: name, parameters: new Map() })
      take(token68)
      continue
    }
    if (challenges.length === 0) challenges.push({ scheme: '', parameters: new Map() })
    const { parameters } = challenges.at(-1) as Challenge
    const unquoted = given[1]?.replaceAll(/\\(.)/g, '$1') ?? given[2] ?? given[3] ?? ''
    if (!parameters.has(name)) parameters.set(name, unquoted)
  }
  return challenges
}

/** What a challenge says about OAuth: where the metadata of the resource are (RFC 9728, section 5.1), and the scope. */
export function oauthChallenge(header: string | null | undefined): { metadata?: string; scope?: string } {
  const challenges = challengesIn(header)
  const challenge =
    challenges.find(({ parameters }) => parameters.has('resource_metadata')) ??
    challenges.find(({ scheme }) => scheme === 'bearer')
  const metadata = challenge?.parameters.get('resource_metadata')
  const scope = challenge?.parameters.get('scope')
  return { ...(metadata && { metadata }), ...(scope && { scope }) }
}
