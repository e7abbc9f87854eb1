import { Problem } from '@reference-plugins/core'
import { isLoopback } from '@reference-plugins/guarded-fetch'

const longestAddress = 2_000

/** The URLs that an address may mean. */
export interface Candidates {
  /** The manifest at its well-known path, at the root of the domain. */
  manifestUrl: string
  /**
   * Where a manifest may be below that root, the longest path first: a company serves several plugins under one domain, and
   * a person may type the address of a page of one.
   */
  manifestsBelow: string[]
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
  const manifest = '/.well-known/ai-plugin.json'
  const hasPath = url.pathname !== '/' || url.search !== ''
  return {
    manifestUrl: `${url.origin}${manifest}`,
    manifestsBelow: pathsOf(url.pathname).map((path) => `${url.origin}${path}${manifest}`),
    ...(hasPath && { typedUrl: url.href }),
    isLoopback: isLoopback(url.hostname),
  }
}

const mostPaths = 3

/** The path and those above it, without the root: `/a/b` and `/a`. */
function pathsOf(pathname: string): string[] {
  const segments = pathname.split('/').filter((segment) => segment !== '')
  return segments.map((_, index) => `/${segments.slice(0, segments.length - index).join('/')}`).slice(0, mostPaths)
}

const refused = (why: string): Problem =>
  new Problem(
    422,
    `The address cannot be used: ${why}. Enter a domain, localhost:3333, or the URL of a manifest, a spec or an MCP server`,
  )
