import { FetchFailed, FetchRefused, guardedFetcher, isLoopback } from '@reference-plugins/guarded-fetch'
import { probeMcp, readMcpServer } from './mcp-server.ts'
import { whyUnreachable } from './reasons.ts'
import { type Passed, passed, type Reading } from './steps.ts'
import type { Fetched, Trace } from './trace.ts'

/** What answers at the address. */
export type Reached =
  | { kind: 'manifest'; fetched: Fetched }
  | { kind: 'spec'; fetched: Fetched; isTyped: boolean }
  | { kind: 'mcp'; url: string }

/** Where frameworks serve a spec, the most common first: FastAPI and others, Swagger, Spring, ASP.NET. */
const specPaths = [
  '/openapi.json',
  '/openapi.yaml',
  '/swagger.json',
  '/v3/api-docs',
  '/swagger/v1/swagger.json',
  '/openapi/v1.json',
  '/api-docs',
]

/** In milliseconds. */
const longestProbe = 5_000

/** Step 1: finds out what the address leads to. @throws Refusal */
export function reach(reading: Reading): Promise<Passed<Reached>> {
  const { typedUrl } = reading.candidates
  return typedUrl === undefined ? reachOrigin(reading) : reachTyped(reading, typedUrl)
}

/** What a domain or `localhost:8000` leads to: its manifest, otherwise a spec or an MCP server at one of the usual places. */
async function reachOrigin(reading: Reading): Promise<Passed<Reached>> {
  const { candidates, trace } = reading
  const fetched = await fetchDocument(trace, candidates.manifestUrl)
  const answers = `${new URL(candidates.manifestUrl).host} answers`
  const manifest: Passed<Reached> = passed({ kind: 'manifest', fetched }, answers)
  if (fetched.status >= 500 || (fetched.status === 200 && hasManifest(fetched.text))) return manifest
  const search = new Search(reading, [[candidates.manifestUrl, fetched]])
  const found = (await search.specs(specPaths)) ?? (await search.mcp('/mcp')) ?? (await search.mcp('/'))
  const message = found?.kind === 'mcp' ? 'An MCP server answers' : found ? `${answers} with a spec` : answers
  return { ...(found ? passed(found, message) : manifest), message: `${message}. ${search.summary(found)}` }
}

async function reachTyped(reading: Reading, typedUrl: string): Promise<Passed<Reached>> {
  const { candidates, trace } = reading
  const { host, pathname } = new URL(typedUrl)
  const isDocument = /\.(json|ya?ml)$/i.test(pathname)
  const mcp: Passed<Reached> = passed({ kind: 'mcp', url: typedUrl }, 'An MCP server answers')
  const { likelihood } = await probeMcp(typedUrl, trace)
  if (likelihood === 'sure') return mcp
  const fetched = await fetchOwn(reading, typedUrl)
  const message = `${host} answers ${fetched.status}`
  if (fetched.status === 200 && isManifest(fetched)) return passed({ kind: 'manifest', fetched }, message)
  if (fetched.status === 200 && isSpec(fetched.text)) return passed({ kind: 'spec', fetched, isTyped: true }, message)
  // For a page of the plugin or the root of an API, the manifest may be at its well-known path: of a plugin under a path
  // first, because another plugin may be at the root of the domain.
  const tried: [place: string, fetched: Fetched][] = []
  for (const place of isDocument ? [candidates.manifestUrl] : [...candidates.manifestsBelow, candidates.manifestUrl]) {
    const usual = await fetchDocument(trace, place)
    tried.push([place, usual])
    if (usual.status === 200 && /^\s*[{\ufeff]/.test(usual.text))
      return passed({ kind: 'manifest', fetched: usual }, message)
  }
  if (likelihood === 'possible' || (mayBeMcp(typedUrl) && (await speaksMcp(typedUrl, reading)))) return mcp
  if (/ai-plugin/.test(typedUrl)) return passed({ kind: 'manifest', fetched }, message)
  const typed: Reached = { kind: 'spec', fetched, isTyped: true }
  if (isDocument || fetched.status >= 500) return passed(typed, message)
  const search = new Search(reading, tried)
  const path = pathname.replace(/\/$/, '')
  const below = ['/openapi.json', '/openapi.yaml'].map((file) => `${path}${file}`)
  const isPage = fetched.status === 200 && isHtml(fetched.text)
  const specs = await search.specs([...new Set([...below, ...(isPage ? specPaths : [])])])
  const found = specs ?? (await search.mcp(`${path}/mcp`))
  return passed(found ?? typed, `${message}. ${search.summary(found)}`)
}

/** Whether an MCP server may be there, by its name, or because developers serve it at the root of this machine. */
function mayBeMcp(url: string): boolean {
  const { hostname, pathname } = new URL(url)
  return /\/mcp(\/|$)/.test(pathname) || /^mcp[.-]/.test(hostname) || (pathname === '/' && isLoopback(hostname))
}

/** Whether a server that says nothing about itself in its answer to a GET has tools: some have no GET at all. */
function speaksMcp(url: string, { allowLoopback, token, signal }: Reading): Promise<boolean> {
  const fetch = guardedFetcher({ allowLoopback, redirects: 0, maximumBytes: 5 * 2 ** 20, timeout: longestProbe })
  const authorization = token === undefined ? undefined : `Bearer ${token}`
  return readMcpServer(url, { fetch, authorization, signal }).then(
    () => true,
    () => false,
  )
}

/** Looks at several places of one server, one after the other, and notes what came. */
class Search {
  readonly #reading: Reading
  readonly #origin: string
  readonly #unknown: Fetched | undefined
  readonly #tried: string[] = []
  #isOver = false

  /** @param manifests what came in place of each manifest; the last one is what the server answers where nothing is */
  constructor(reading: Reading, manifests: readonly [place: string, fetched: Fetched][]) {
    this.#reading = reading
    this.#origin = new URL(reading.candidates.manifestUrl).origin
    this.#unknown = manifests.at(-1)?.[1]
    for (const [place, fetched] of manifests) this.#note(new URL(place).pathname, cameOf(fetched))
  }

  async specs(paths: readonly string[]): Promise<Reached | undefined> {
    for (const path of paths) {
      if (this.#isOver) return undefined
      try {
        const fetched = await fetchOwn(this.#reading, `${this.#origin}${path}`)
        this.#note(path, cameOf(fetched))
        if (fetched.status === 200 && isSpec(fetched.text)) return { kind: 'spec', fetched, isTyped: false }
      } catch (error) {
        this.#note(path, (error as Error).message)
        // A server that is too slow or has gone would be waited for at each place.
        this.#isOver = (error as Error).cause instanceof FetchFailed
      }
    }
    return undefined
  }

  async mcp(path: string): Promise<Reached | undefined> {
    if (this.#isOver) return undefined
    const url = `${this.#origin}${path}`
    const { likelihood, isCertain, answer } = await probeMcp(url, this.#reading.trace)
    this.#note(path, answer ? cameOf(answer) : 'no answer')
    // A server may answer every path alike.
    const isLikely = likelihood === 'sure' && answer?.status !== this.#unknown?.status
    const isFound = isCertain || isLikely || (mayBeMcp(url) && (await speaksMcp(url, this.#reading)))
    return isFound ? { kind: 'mcp', url } : undefined
  }

  /** What was tried, each with what came. */
  summary(found: Reached | undefined): string {
    const tried = `ried ${this.#tried.join(', ')}`
    return found ? `T${tried}` : `Neither a manifest, a spec nor an MCP server was found: t${tried}`
  }

  #note(path: string, came: string): void {
    this.#tried.push(`${path} (${came})`)
  }
}

/** @throws Refusal if there is no answer; any status is an answer */
export async function fetchDocument(trace: Trace, url: string, headers: Record<string, string> = {}): Promise<Fetched> {
  try {
    // Only to or from www, or to a subdomain (protocol.md 1.8); the step `domains` checks where it ended.
    return await trace.fetch(url, { headers, redirects: 2 })
  } catch (error) {
    throw error instanceof FetchFailed || error instanceof FetchRefused ? whyUnreachable(error, url) : error
  }
}

/** The same for a spec of the plugin itself: some developers protect it with the token of their API. */
export async function fetchOwn({ trace, token }: Reading, url: string): Promise<Fetched> {
  const fetched = await fetchDocument(trace, url)
  return fetched.status === 401 && token !== undefined
    ? fetchDocument(trace, url, { authorization: `Bearer ${token}` })
    : fetched
}

function cameOf({ status, text }: Fetched): string {
  if (status !== 200) return String(status)
  return isHtml(text) ? 'a web page' : isSpec(text) ? 'a spec' : hasManifest(text) ? 'a manifest' : 'something else'
}

const isHtml = (text: string): boolean => /^[\s\ufeff]*</.test(text)
const hasManifest = (text: string): boolean =>
  !isHtml(text) && /"(name_for_model|name_for_human|schema_version)"/.test(text.slice(0, 20_000))
const isManifest = ({ text, url }: Fetched): boolean => hasManifest(text) || url.includes('ai-plugin')
const isSpec = (text: string): boolean =>
  !isHtml(text) && /(^|[{,])\s*["']?(openapi|swagger)["']?\s*:/m.test(text.slice(0, 100_000))
