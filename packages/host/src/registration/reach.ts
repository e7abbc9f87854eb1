import { FetchFailed, FetchRefused } from '@reference-plugins/guarded-fetch'
import { looksLikeMcp } from './mcp-server.ts'
import { whyUnreachable } from './reasons.ts'
import { type Passed, passed, type Reading } from './steps.ts'
import type { Fetched, Trace } from './trace.ts'

/** What answers at the address. */
export type Reached = { kind: 'manifest' | 'spec'; fetched: Fetched } | { kind: 'mcp'; url: string }

/** Step 1: finds out what the address leads to. @throws Refusal */
export async function reach({ candidates, trace }: Reading): Promise<Passed<Reached>> {
  const { manifestUrl, typedUrl } = candidates
  if (typedUrl === undefined) {
    const fetched = await fetchDocument(trace, manifestUrl)
    return passed({ kind: 'manifest', fetched }, `${new URL(manifestUrl).host} answers`)
  }
  if (await looksLikeMcp(typedUrl, trace)) return passed({ kind: 'mcp', url: typedUrl }, 'An MCP server answers')
  const fetched = await fetchDocument(trace, typedUrl)
  const message = `${new URL(typedUrl).host} answers ${fetched.status}`
  if (fetched.status === 200 && isManifest(fetched)) return passed({ kind: 'manifest', fetched }, message)
  if (fetched.status === 200 && isSpec(fetched.text)) return passed({ kind: 'spec', fetched }, message)
  // For a page of the site or the root of an API, the manifest may be at its well-known path.
  const usual = await fetchDocument(trace, manifestUrl)
  if (usual.status === 200 && /^\s*[{\ufeff]/.test(usual.text))
    return passed({ kind: 'manifest', fetched: usual }, message)
  return passed({ kind: /ai-plugin/.test(typedUrl) ? 'manifest' : 'spec', fetched }, message)
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

const isManifest = ({ text, url }: Fetched): boolean =>
  /"(name_for_model|name_for_human|schema_version)"/.test(text.slice(0, 20_000)) || url.includes('ai-plugin')
const isSpec = (text: string): boolean => /["']?(openapi|swagger)["']?\s*:/.test(text.slice(0, 5_000))
