import { Problem } from '@reference-plugins/core'
import { isLoopback } from '@reference-plugins/guarded-fetch'

const longestAddress = 2_000

/** The URLs that an address may mean. */
export interface Candidates {
  /** The manifest at its well-known path. */
  manifestUrl: string
  /** The address, if it is more than a domain: it may be a manifest, a spec or an MCP server. */
  typedUrl?: string
  isLoopback: boolean
}

/**
 * Reads what a person types: a domain, `localhost:3333`, or a whole URL. Without a scheme it is https, and http on this
 * machine, which has no certificate.
 * @throws Problem 422 that says what to type
 */
export function toCandidates(typed: string): Candidates {
  const text = typed.trim()
  if (text === '' || text.length > longestAddress) throw refused('it is empty or longer than 2,000 characters')
  const scheme = /^([a-z][a-z+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase()
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https') throw refused(`${scheme}: is not supported`)
  const host = /^(\[[^\]]*\]|[^/:?#]*)/.exec(scheme === undefined ? text : text.slice(scheme.length + 3))?.[1] ?? ''
  const url = URL.parse(scheme === undefined ? `${isLoopback(host) ? 'http' : 'https'}://${text}` : text)
  if (!url || url.hostname === '') throw refused('it is not a URL')
  if (url.username !== '' || url.password !== '') throw refused('it contains a user name or a password')
  url.hash = ''
  const hasPath = url.pathname !== '/' || url.search !== ''
  return {
    manifestUrl: `${url.origin}/.well-known/ai-plugin.json`,
    ...(hasPath && { typedUrl: url.href }),
    isLoopback: isLoopback(url.hostname),
  }
}

const refused = (why: string): Problem =>
  new Problem(
    422,
    `The address cannot be used: ${why}. Enter a domain, localhost:3333, or the URL of a manifest, a spec or an MCP server`,
  )
