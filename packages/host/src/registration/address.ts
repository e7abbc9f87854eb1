import { Problem } from '@reference-plugins/core'

const longestAddress = 2_000

/** Where to look for what has been typed. */
export interface Candidates {
  /** The manifest's place of the domain. */
  manifestUrl: string
  /** What was typed, where it is more than a domain: it may be a manifest, a spec or an MCP server. */
  typedUrl?: string
  isLoopback: boolean
}

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/i

/**
 * Reads what a person types: a domain, `localhost:3333`, or a whole URL. Without a scheme it is https, and http on this
 * machine, where nobody has a certificate.
 * @throws Problem 422 that says what to type
 */
export function toCandidates(typed: string): Candidates {
  const text = typed.trim()
  if (text === '' || text.length > longestAddress) throw refused('it is empty, or longer than 2,000 characters')
  const scheme = /^([a-z][a-z+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase()
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https') throw refused(`${scheme}: is not fetched`)
  const host = /^(\[[^\]]*\]|[^/:?#]*)/.exec(scheme === undefined ? text : text.slice(scheme.length + 3))?.[1] ?? ''
  const url = URL.parse(scheme === undefined ? `${loopback.test(host) ? 'http' : 'https'}://${text}` : text)
  if (!url || url.hostname === '') throw refused('it is no address')
  if (url.username !== '' || url.password !== '')
    throw refused('it has a user name or a password in it: leave them out')
  url.hash = ''
  const hasPath = url.pathname !== '/' || url.search !== ''
  return {
    manifestUrl: `${url.origin}/.well-known/ai-plugin.json`,
    ...(hasPath && { typedUrl: url.href }),
    isLoopback: loopback.test(url.hostname),
  }
}

const refused = (why: string): Problem =>
  new Problem(
    422,
    `This cannot be looked up: ${why}. Type a domain, localhost:3333, or the URL of a manifest, a spec or an MCP server`,
  )
