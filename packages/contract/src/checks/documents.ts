import { DocumentRefused, Repairs, readSpecText as readDocument } from '@reference-plugins/reader'
import { exchange, onServer } from '../exchange.ts'
import type { Report } from '../finding.ts'
import { asObject, type Schema } from '../spec.ts'

export interface Documents {
  manifest: Schema | undefined
  spec: Schema | undefined
}

/** What a host has read, and where it calls the operations. */
export interface FoundDocuments {
  manifestUrl?: string | undefined
  specUrl?: string | undefined
  /** The base of every call. */
  server?: string | undefined
  mcpUrl?: string | undefined
}

/** Fetches the manifest, spec, logo and legal page as a host does: without a token or redirects, from another origin. */
export async function fetchDocuments(baseUrl: string, report: Report, found?: FoundDocuments): Promise<Documents> {
  if (found) return fetchFound(found, baseUrl, report)
  const manifestText = await fetchText(`${baseUrl}/.well-known/ai-plugin.json`, 'manifest', 'manifest-missing', report)
  const manifest = manifestText === undefined ? undefined : readManifest(manifestText, report)
  const api = asObject(manifest?.api).url
  const specUrl = typeof api === 'string' && URL.canParse(api) ? api : `${baseUrl}/openapi.yaml`
  if (manifest) await checkLinks(manifest, baseUrl, report)
  let specText = await fetchText(onServer(specUrl, baseUrl), 'spec', 'spec-missing', report)
  if (specText === undefined && !manifest)
    specText = await fetchText(`${baseUrl}/openapi.json`, 'spec', 'spec-missing', report)
  return { manifest, spec: specText === undefined ? undefined : readSpecText(specText, report) }
}

/** Fetches those that a host found, and no others. */
async function fetchFound(
  { manifestUrl, specUrl }: FoundDocuments,
  baseUrl: string,
  report: Report,
): Promise<Documents> {
  const manifestText = manifestUrl && (await fetchText(manifestUrl, 'manifest', 'manifest-missing', report))
  const manifest = manifestText ? readManifest(manifestText, report) : undefined
  if (manifest) await checkLinks(manifest, baseUrl, report)
  const specText = specUrl && (await fetchText(specUrl, 'spec', 'spec-missing', report))
  return { manifest, spec: specText ? readSpecText(specText, report) : undefined }
}

export function readManifest(text: string, report: Report): Schema | undefined {
  try {
    const value = JSON.parse(
      text.replace(/^\ufeff/, (mark) => {
        report.add('manifest-not-json', 'manifest', 'it starts with a byte order mark')
        return mark && ''
      }),
    )
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value
    report.add('manifest-not-json', 'manifest', 'it is not an object')
  } catch (error) {
    const hint = /^\s*</.test(text) ? 'it is HTML: another page is served at this address' : (error as Error).message
    report.add('manifest-not-json', 'manifest', hint)
  }
  return undefined
}

export function readSpecText(text: string, report: Report): Schema | undefined {
  const repairs = new Repairs('spec')
  try {
    const document = readDocument(text, repairs)
    for (const { message } of repairs.list()) report.add('spec-not-readable', 'spec', message)
    return document
  } catch (error) {
    if (!(error instanceof DocumentRefused)) throw error
    report.add('spec-not-readable', 'spec', error.message)
    return undefined
  }
}

async function checkLinks(manifest: Schema, baseUrl: string, report: Report): Promise<void> {
  const links = [
    ['api.url', asObject(manifest.api).url],
    ['logo_url', manifest.logo_url],
    ['legal_info_url', manifest.legal_info_url],
  ].filter((link): link is [string, string] => typeof link[1] === 'string' && URL.canParse(link[1]))
  const root = rootOf(
    links.map(([, url]) => new URL(url).hostname),
    new URL(baseUrl).hostname,
  )
  for (const [name, url] of links) {
    const { hostname } = new URL(url)
    const isOwn = hostname === root || hostname.endsWith(`.${root}`)
    if (!isOwn)
      report.add('manifest-domain', 'manifest', `${name} is on ${hostname}`, { pointer: `/${name.replace('.', '/')}` })
    if (name !== 'api.url' && isOwn) await fetchText(onServer(url, baseUrl), name, 'manifest-link', report)
  }
}

/** The address under test may differ from the public one, which most URLs of the plugin have. */
function rootOf(hosts: string[], tested: string): string {
  if (hosts.includes(tested)) return tested
  const count = (host: string) => hosts.filter((one) => one === host).length
  return (hosts.toSorted((a, b) => count(b) - count(a))[0] ?? tested).replace(/^www\./, '')
}

async function fetchText(
  url: string,
  subject: string,
  missing: 'manifest-missing' | 'spec-missing' | 'manifest-link',
  report: Report,
): Promise<string | undefined> {
  report.calls++
  const isDocument = missing !== 'manifest-link'
  try {
    const { status, headers, text } = await exchange(url, {
      headers: isDocument ? { origin: 'https://chatgpt.com' } : {},
    })
    const curl = `curl -i '${url}'`
    if (status === 401 || status === 403) report.add('auth-document', subject, `${url} answers ${status}`, { curl })
    else if (status !== 200) report.add(missing, subject, `${url} answers ${status}`, { curl })
    if (status !== 200) return undefined
    if (!isDocument) return text
    const allowed = headers['access-control-allow-origin']
    if (allowed !== '*' && allowed !== 'https://chatgpt.com')
      report.add('document-cors', subject, `Access-Control-Allow-Origin is ${allowed ?? 'missing'}`, { curl })
    const type = headers['content-type'] ?? 'missing'
    if (!/json|yaml|text\/plain/i.test(type)) report.add('document-type', subject, `Content-Type is ${type}`, { curl })
    return text
  } catch (error) {
    report.add(missing, subject, `${url} cannot be reached (${(error as Error).message})`)
    return undefined
  }
}
