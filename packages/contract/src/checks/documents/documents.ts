import { existsSync, readFileSync } from 'node:fs'
import { DocumentRefused, documentKind, Repairs, readSpecText as readDocument } from '@reference-plugins/reader'
import type { Report } from '../../rules/finding.ts'
import { type Fetched, fetchDocument, findSpec, isSpec } from '../../spec/discovery.ts'
import { nameTwice } from '../../spec/name-twice.ts'
import { onServer, type Target } from '../../spec/servers.ts'
import { asObject, type Schema } from '../../spec/spec.ts'

export interface Documents extends Target {
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

export interface DocumentOptions {
  /** Where a host found the documents: no others are looked for. */
  found?: FoundDocuments | undefined
  /** The URL of the spec, its path on the server under test, or a file. */
  spec?: string | undefined
  /** `auto`, the default: an API without one is tested by its spec, with a warning. */
  manifest?: 'auto' | 'required' | 'none' | undefined
}

const manifestPath = '/.well-known/ai-plugin.json'

/**
 * Finds and fetches the documents: without a token, from another origin.
 * @param address of the plugin or API, with its path; or of its spec or its manifest
 */
export async function fetchDocuments(
  address: string,
  report: Report,
  options: DocumentOptions = {},
): Promise<Documents> {
  const { href, origin, pathname, search } = new URL(address)
  if (options.found) return fetchFound(options.found, origin, report)
  const isBare = pathname === '/' && search === ''
  const page = isBare || options.spec ? undefined : await fetchDocument(href, report).catch(() => undefined)
  const kind = page?.status === 200 ? documentKind(page.text) : 'other'
  if (page && kind === 'spec' && isSpec(page) && options.manifest !== 'required') {
    report.isPlugin = false
    return { baseUrl: origin, specUrl: page.url, manifest: undefined, spec: readSpecText(page.text, report) }
  }
  const isManifest = kind === 'manifest' || pathname.endsWith(manifestPath)
  const baseUrl = isManifest
    ? href.replace(manifestPath, '').replace(/\/$/, '')
    : `${origin}${pathname.replace(/\/+$/, '')}`
  const required = isManifest ? 'required' : (options.manifest ?? 'auto')
  const read = required === 'none' ? {} : await fetchManifest(baseUrl, report)
  const { manifest } = read
  if (manifest) return { manifest, ...(await fetchSpecOf(manifest, read.baseUrl ?? baseUrl, options, report)) }
  const found = options.spec
    ? await fetchGivenSpec(options.spec, baseUrl, report)
    : toRead(await findSpec(baseUrl, report, page))
  const spec = found && readSpecText(found.text, report)
  report.isPlugin = read.isBroken === true || required === 'required' || isForAssistants(spec)
  if (!found && !options.spec)
    report.add('spec-missing', 'spec', `no spec was found below ${baseUrl}: give its address with --spec`)
  if (read.missing && !(required === 'auto' && options.spec && !read.isBroken)) {
    const isApi = spec !== undefined && !report.isPlugin
    const detail = isApi ? `${read.missing}: the API is tested by its spec` : read.missing
    report.add('manifest-missing', 'manifest', detail, { severity: isApi ? 'warning' : 'error' })
  }
  const isBase = options.spec !== undefined && pathname !== '/'
  return { baseUrl, specUrl: found?.url, isBase, manifest: undefined, spec }
}

async function fetchFound(
  { manifestUrl, specUrl, server }: FoundDocuments,
  baseUrl: string,
  report: Report,
): Promise<Documents> {
  const textAt = async (url: string | undefined, subject: 'manifest' | 'spec') => {
    if (url === undefined) return undefined
    const missing = `${subject}-missing` as const
    const found = await fetchDocument(url, report).catch((error: Error) => error)
    if (!(found instanceof Error)) return judgeServed(found, subject, missing, report) ? found.text : undefined
    report.add(missing, subject, `${url} cannot be reached (${found.message})`)
    return undefined
  }
  report.isPlugin = manifestUrl !== undefined
  const manifestText = await textAt(manifestUrl, 'manifest')
  const manifest = manifestText === undefined ? undefined : readManifest(manifestText, report)
  if (manifest) await checkLinks(manifest, baseUrl, report)
  const specText = await textAt(specUrl, 'spec')
  return {
    baseUrl,
    server,
    specUrl,
    manifest,
    spec: specText === undefined ? undefined : readSpecText(specText, report),
  }
}

/** Whether a spec says that it is of a plugin. */
const isForAssistants = (spec: Schema | undefined): boolean =>
  spec !== undefined && /"x-openai-|ai-plugin\.json/.test(JSON.stringify(spec))

interface ReadManifest {
  manifest?: Schema | undefined
  /** Where the manifest is. */
  baseUrl?: string
  /** What is answered in its place. */
  missing?: string
  /** Whether there is something in its place. */
  isBroken?: boolean
}

async function fetchManifest(baseUrl: string, report: Report): Promise<ReadManifest> {
  const bases = [...new Set([baseUrl, new URL(baseUrl).origin])]
  let missing: string | undefined
  for (const base of bases) {
    const url = base + manifestPath
    const answer = await fetchDocument(url, report).catch((error: Error) => error)
    if (answer instanceof Error) {
      missing ??= `${url} cannot be reached (${answer.message})`
      continue
    }
    const found = answer.status === 200 && documentKind(answer.text) === 'manifest'
    if (!found && (await isUsual(answer, base, report))) {
      missing ??= `${url} answers ${answer.status}`
      continue
    }
    if (answer.status === 200) {
      judgeServed(answer, 'manifest', 'manifest-missing', report)
      const manifest = readManifest(answer.text, report)
      return manifest ? { manifest, baseUrl: base } : { isBroken: true }
    }
    const detail = `${url} answers ${answer.status}`
    const curl = `curl -i '${url}'`
    if (answer.status !== 401 && answer.status !== 403) return { missing: detail, isBroken: true }
    report.add('auth-document', 'manifest', detail, { curl })
    return { isBroken: true }
  }
  return { missing: missing ?? `${baseUrl}${manifestPath} is missing` }
}

/** Whether the server answers any path so: with 404, with a page for every path, or with a demand for a token. */
async function isUsual(answer: Fetched, baseUrl: string, report: Report): Promise<boolean> {
  if ([404, 405, 410, 501].includes(answer.status)) return true
  const other = await fetchDocument(`${baseUrl}/.well-known/a-document-that-nobody-has`, report).catch(() => undefined)
  const typeOf = ({ headers }: Fetched) => headers['content-type']?.split(';')[0]
  return other?.status === answer.status && typeOf(other) === typeOf(answer)
}

async function fetchSpecOf(
  manifest: Schema,
  baseUrl: string,
  { spec: given }: DocumentOptions,
  report: Report,
): Promise<Omit<Documents, 'manifest'>> {
  await checkLinks(manifest, baseUrl, report)
  const api = asObject(manifest.api).url
  if (given) {
    const found = await fetchGivenSpec(given, baseUrl, report)
    return { baseUrl, specUrl: found?.url, spec: found && readSpecText(found.text, report) }
  }
  const named = typeof api === 'string' ? URL.parse(api.trim(), `${baseUrl}${manifestPath}`)?.href : undefined
  const url = named ?? `${baseUrl}/openapi.yaml`
  const found = await fetchLinked(url, baseUrl, report)
  if (found instanceof Error) {
    report.add('spec-missing', 'spec', `${onServer(url, baseUrl)} cannot be reached (${found.message})`)
    return { baseUrl, spec: undefined }
  }
  if (!judgeServed(found, 'spec', 'spec-missing', report)) return { baseUrl, spec: undefined }
  return { baseUrl, specUrl: found.url, spec: readSpecText(found.text, report) }
}

/** Fetches what the manifest links to from the server under test, or where that has nothing, from the host below it. */
async function fetchLinked(url: string, baseUrl: string, report: Report): Promise<Fetched | Error> {
  const catching = (error: Error) => error
  const found = await fetchDocument(onServer(url, baseUrl), report).catch(catching)
  const { hostname } = new URL(url)
  const tested = new URL(baseUrl).hostname
  const isRelated = hostname !== tested ? hostname.endsWith(`.${tested.replace(/^www\./, '')}`) : true
  const isThere = !(found instanceof Error) && found.status === 200
  if (isThere || !isRelated || onServer(url, baseUrl) === url) return found
  const other = await fetchDocument(url, report).catch(catching)
  return other instanceof Error || other.status !== 200 ? found : other
}

const toRead = (found: Fetched | undefined) => found && { url: found.url as string | undefined, text: found.text }

async function fetchGivenSpec(
  given: string,
  baseUrl: string,
  report: Report,
): Promise<{ url: string | undefined; text: string } | undefined> {
  if (!/^https?:/.test(given) && existsSync(given)) return { url: undefined, text: readFileSync(given, 'utf8') }
  const url = URL.parse(given, `${baseUrl}/`)?.href ?? given
  const found = await fetchDocument(url, report).catch((error: Error) => error)
  if (!(found instanceof Error) && found.status === 200) return { url: found.url, text: found.text }
  const what = found instanceof Error ? `cannot be reached (${found.message})` : `answers ${found.status}`
  const isLocked = !(found instanceof Error) && [401, 403].includes(found.status)
  const way = ': save it to a file, with the header that the API asks for, and give the path of the file to --spec'
  report.add('spec-missing', 'spec', `${url} ${what}${isLocked ? way : ''}`, { curl: `curl -i '${url}'` })
  return undefined
}

/** Judges how a document of a plugin is served. Answers whether it can be read. */
function judgeServed(
  { status, headers, url, isRedirected, bodyFault }: Fetched,
  subject: 'manifest' | 'spec',
  missing: 'manifest-missing' | 'spec-missing',
  report: Report,
): boolean {
  const curl = `curl -i '${url}'`
  if (status === 401 || status === 403) report.add('auth-document', subject, `${url} answers ${status}`, { curl })
  else if (status !== 200) report.add(missing, subject, `${url} answers ${status}`, { curl })
  if (status !== 200) return false
  if (bodyFault !== undefined)
    report.add(subject === 'manifest' ? 'manifest-not-json' : 'spec-not-readable', subject, bodyFault, { curl })
  if (isRedirected) report.add(missing, subject, `it is redirected to ${url}`, { curl, severity: 'warning' })
  const allowed = headers['access-control-allow-origin']
  if (allowed !== '*' && allowed !== 'https://chatgpt.com')
    report.add('document-cors', subject, `Access-Control-Allow-Origin is ${allowed ?? 'missing'}`, { curl })
  const type = headers['content-type'] ?? 'missing'
  const isPlain = subject === 'manifest' && /^text\/plain/i.test(type)
  if (isPlain || !/json|yaml|text\/plain/i.test(type))
    report.add('document-type', subject, `Content-Type is ${type}`, { curl, severity: isPlain ? 'note' : undefined })
  return true
}

export function readManifest(text: string, report: Report): Schema | undefined {
  report.texts.manifest = text
  const json = text.replace(/^\ufeff/, '')
  if (json !== text) report.add('manifest-not-json', 'manifest', 'it starts with a byte order mark')
  judgeNames(json, 'manifest', report)
  try {
    const value = JSON.parse(json)
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value
    report.add('manifest-not-json', 'manifest', 'it is not an object')
  } catch (error) {
    const hint = /^\s*</.test(text) ? 'it is HTML: another page is served at this address' : (error as Error).message
    report.add('manifest-not-json', 'manifest', hint)
  }
  return undefined
}

export function readSpecText(text: string, report: Report): Schema | undefined {
  report.texts.spec = text
  const repairs = new Repairs('spec')
  try {
    const document = readDocument(text, repairs)
    judgeNames(text, 'spec', report)
    for (const { message } of repairs.list()) report.add('spec-not-readable', 'spec', message)
    return document
  } catch (error) {
    if (!(error instanceof DocumentRefused)) throw error
    report.add('spec-not-readable', 'spec', error.message)
    return undefined
  }
}

/** Reading takes the last one of two members with the same name without a word. YAML with such is not read at all. */
function judgeNames(text: string, subject: 'manifest' | 'spec', report: Report): void {
  const twice = /^\s*\{/.test(text) ? nameTwice(text) : undefined
  if (twice !== undefined) report.add('json-name-twice', subject, `${twice} stands twice in one object`)
}

/** Follows what the manifest links to. Users may sign in at another company, so that is a note. */
async function checkLinks(manifest: Schema, baseUrl: string, report: Report): Promise<void> {
  const isUrl = (link: [string, unknown]): link is [string, string] =>
    typeof link[1] === 'string' && /^https?:/.test(link[1]) && URL.canParse(link[1])
  const pages = (['logo_url', 'legal_info_url'] as const).map((name): [string, unknown] => [name, manifest[name]])
  const own = [['api.url', asObject(manifest.api).url] as [string, unknown], ...pages].filter(isUrl)
  const signIn = ['client_url', 'authorization_url'].map((name): [string, unknown] => [
    `auth.${name}`,
    asObject(manifest.auth)[name],
  ])
  const root = rootOf(
    own.map(([, url]) => new URL(url).hostname),
    new URL(baseUrl).hostname,
  )
  const isOwn = (url: string) => `.${new URL(url).hostname}`.endsWith(`.${root}`)
  for (const [name, url] of [...own, ...signIn.filter(isUrl)])
    if (!isOwn(url))
      report.add('manifest-domain', 'manifest', `${name} is on ${new URL(url).hostname}`, {
        pointer: `/${name.replace('.', '/')}`,
        expected: `a URL on ${root}, or on a domain below it`,
        severity: name.startsWith('auth.') ? 'note' : undefined,
      })
  for (const [name, url] of pages.filter(isUrl)) if (isOwn(url)) await checkLink(name, url, baseUrl, report)
}

async function checkLink(name: string, url: string, baseUrl: string, report: Report): Promise<void> {
  const found = await fetchLinked(url, baseUrl, report)
  const say = (detail: string, severity?: 'warning') =>
    report.add('manifest-link', name, detail, {
      pointer: `/${name}`,
      curl: `curl -i '${onServer(url, baseUrl)}'`,
      severity,
    })
  if (found instanceof Error) return void say(`${url} cannot be reached (${found.message})`)
  if (found.status === 401 || found.status === 403)
    report.add('auth-document', name, `${found.url} answers ${found.status}`, { curl: `curl -i '${found.url}'` })
  else if (found.status !== 200) say(`${found.url} answers ${found.status}`)
  else if (found.text === '') say(`${found.url} answers nothing`)
  else if (
    name === 'logo_url' &&
    /^(text\/html|application\/(problem\+)?json)/.test(found.headers['content-type'] ?? '')
  )
    say(`${found.url} is ${found.headers['content-type']} and not an image`, 'warning')
}

/** The address under test may differ from the public one, which most URLs of the plugin have. */
function rootOf(hosts: string[], tested: string): string {
  if (hosts.includes(tested)) return tested
  const count = (host: string) => hosts.filter((one) => one === host).length
  return (hosts.toSorted((a, b) => count(b) - count(a))[0] ?? tested).replace(/^www\./, '')
}
