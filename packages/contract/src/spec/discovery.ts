import { documentKind } from '@reference-plugins/reader'
import { type Answer, exchange } from '../calls/exchange.ts'
import type { Report } from '../rules/finding.ts'

/** A document as it was fetched. */
export interface Fetched extends Answer {
  /** After redirects on the same host. */
  url: string
  isRedirected: boolean
}

/** Where frameworks serve their spec, the most usual places first. */
const specPaths = [
  ...['/openapi.json', '/openapi.yaml', '/openapi.yml', '/swagger.json', '/swagger.yaml', '/v3/api-docs'],
  ...['/api-docs', '/v2/api-docs', '/api/openapi.json', '/api-json', '/docs/json', '/documentation/json'],
  ...['/swagger/v1/swagger.json', '/api-docs.json', '/api/swagger.json', '/docs/openapi.json', '/api/schema/'],
  ...['/swagger/doc.json', '/doc', '/openapi', '/.well-known/openapi.json', '/.well-known/openapi.yaml', '/docs-json'],
  ...['/api/docs.json', '/api/openapi.yaml', '/api/v1/openapi.json', '/api/v3/openapi.json', '/v1/openapi.json'],
]

/** Fetches a document as a host does: without a token, from another origin. Throws where there is no answer. */
export async function fetchDocument(url: string, report: Report): Promise<Fetched> {
  let at = url
  for (let count = 0; ; count++) {
    report.calls++
    const answer = await exchange(at, { headers: { origin: 'https://chatgpt.com', accept: '*/*' } })
    const target = answer.headers.location && URL.parse(answer.headers.location, at)
    const isFollowed = target && answer.status >= 300 && answer.status < 400 && count < 3
    if (!isFollowed || target.hostname !== new URL(at).hostname) return { ...answer, url: at, isRedirected: at !== url }
    at = target.href
  }
}

/**
 * Looks for a spec where frameworks serve it, below the address and then on its host, and in what the page there links to.
 * Undefined where there is none.
 */
export async function findSpec(baseUrl: string, report: Report, page?: Fetched): Promise<Fetched | undefined> {
  const { origin, pathname } = new URL(baseUrl)
  const bases = pathname.length > 1 ? [baseUrl, origin] : [origin]
  const besideDocs = pathname.length > 1 ? [`${baseUrl}-json`, `${baseUrl}-yaml`, `${baseUrl}/json`] : []
  const known = bases.flatMap((base) => specPaths.map((path) => base + path))
  const tried = new Set<string>()
  const first = page ?? undefined
  for (const list of [first ? linksOf(first) : [], besideDocs, known]) {
    const found = await firstSpec(list, tried, report)
    if (found) return found
  }
  if (first) return undefined
  const root = await fetchDocument(`${baseUrl}/`, report).catch(() => undefined)
  return root && firstSpec(linksOf(root), tried, report)
}

async function firstSpec(urls: readonly string[], tried: Set<string>, report: Report): Promise<Fetched | undefined> {
  for (const url of urls) {
    if (tried.has(url) || tried.size > 100) continue
    tried.add(url)
    const found = await fetchDocument(url, report).catch(() => undefined)
    if (found?.status !== 200) continue
    if (isSpec(found)) return found
    // A page of documentation keeps the address in a script of its own.
    if (/\.js$/.test(url) || /swagger-config/.test(url)) {
      const inside = await firstSpec(linksOf(found), tried, report)
      if (inside) return inside
    }
  }
  return undefined
}

export const isSpec = ({ text }: { text: string }): boolean => !/^\s*</.test(text) && documentKind(text) === 'spec'

const quoted =
  /["'(=]((?:https?:\/\/[^\s"'()<>]+|[.\w/%@~-]+)?(?:openapi|swagger|api-?docs|api-?schema|spec)[^\s"'()<>]*)["')\s>]/gi

/** What a page links to that may be a spec. */
function linksOf({ text, url, headers }: Fetched): string[] {
  const described = [...String(headers.link ?? '').matchAll(/<([^>]+)>\s*;[^,]*rel="?service-desc/gi)]
  const inPage = /^\s*[<{]/.test(text) || /javascript/.test(headers['content-type'] ?? '') ? text : ''
  const relations = [...inPage.matchAll(/<link[^>]+rel=["']?service-desc[^>]*href=["']([^"']+)/gi)]
  const found = [...described, ...relations, ...inPage.slice(0, 500_000).matchAll(quoted)]
    .map(([, link = '']) => URL.parse(link.replaceAll('&amp;', '&'), url))
    .filter((one) => one !== null && one.hostname === new URL(url).hostname)
    .map((one) => (one as URL).href.replace(/#.*/, ''))
    .filter((one) => !/\.(css|png|svg|ico|html?|map)(\?|$)|swagger-ui(-bundle|-standalone|\.)|redoc/.test(one))
  return [...new Set(found)].slice(0, 20)
}
