import { isLoopback } from '@reference-plugins/guarded-fetch'
import { isPrivate, isUnder, registrableDomain, rootDomain } from '../hosts/hosts.ts'
import { placeholderIn } from '../hosts/placeholder.ts'
import type { Schema } from '../plugin-document.ts'
import { isObject, listOfAny, memberOf, objectOf, pairsOf, step } from '../text/members.ts'
import { listOf, plainLine, quote } from '../text/plain-text.ts'
import type { Repairs } from '../text/repairs.ts'

export interface Servers {
  /** The base of every call, without a slash at its end. */
  chosen: string
  /** Servers on other domains, which are not called. */
  passedOver: string[]
}

/**
 * Chooses the server as ChatGPT did: the first that is on the plugin's domain or below it, and where none is the origin
 * of the spec. A spec without a manifest has no domain of its own, so its first public server is taken.
 */
export function chooseServer(
  document: Schema,
  specUrl: string,
  manifestUrl: string | undefined,
  repairs: Repairs,
): Servers {
  const spec = new URL(specUrl)
  const root = rootDomain(new URL(manifestUrl ?? specUrl).hostname)
  const isLocal = isLoopback(root)
  const found = serverUrls(document, spec, repairs).filter(({ url, pointer }) => {
    if (!isPrivate(url.hostname) || (isLocal && isLoopback(url.hostname)) || url.hostname === spec.hostname) return true
    repairs.add(pointer, `The server ${url.origin} can be reached on its own network alone; it is not called.`)
    return false
  })
  const chosen =
    found.find(({ url }) => isUnder(url.hostname, root)) ??
    found.find(({ url }) => registrableDomain(url.hostname) === registrableDomain(root)) ??
    found.find(({ url }) => url.hostname === spec.hostname) ??
    (manifestUrl === undefined ? found[0] : undefined)
  const others = found
    .filter(({ url }) => registrableDomain(url.hostname) !== registrableDomain(root) && url !== chosen?.url)
    .map(({ url }) => baseOf(url))
  if (!chosen) {
    repairs.add(
      '/servers',
      others.length > 0
        ? `No server is on the plugin's domain, ${root} (${listOf(others, 4)}); the spec's own, ${spec.origin}, is called.`
        : `No server can be called; the spec's own, ${spec.origin}, is called.`,
    )
    return { chosen: spec.origin, passedOver: others }
  }
  const { url, pointer } = chosen
  if (url.protocol === 'http:' && spec.protocol === 'https:' && !isLoopback(url.hostname) && url.port === '') {
    repairs.add(pointer, `The server is called by https, as the spec is.`)
    url.protocol = 'https:'
  }
  return { chosen: baseOf(url), passedOver: others }
}

/** The base of calls that an address says, without what is behind its path. */
export const baseOf = (url: URL): string => `${url.origin}${url.pathname.replace(/\/+$/, '')}`

interface Found {
  url: URL
  pointer: string
}

function serverUrls(document: Schema, spec: URL, repairs: Repairs): Found[] {
  const { list, pointer } = serverList(document, repairs)
  const found: Found[] = []
  for (const [index, server] of list.slice(0, 50).entries()) {
    const place = step(pointer, index)
    const url = serverUrl(server, spec, place, repairs)
    if (url) found.push({ url, pointer: place })
  }
  return found
}

function serverList(document: Schema, repairs: Repairs): { list: unknown[]; pointer: string } {
  const { servers, host, basePath } = document
  if (typeof host === 'string' || typeof basePath === 'string')
    return { list: swaggerServers(document), pointer: '/host' }
  const direct = isObject(servers) || typeof servers === 'string' ? [servers] : listOfAny(servers)
  if (direct.length > 0) return { list: direct, pointer: '/servers' }
  const inInfo = memberOf(document.info, 'servers')
  if (Array.isArray(inInfo) && inInfo.length > 0) {
    repairs.add('/info/servers', 'The servers stand inside info; they belong beside it, and were read all the same.')
    return { list: inInfo, pointer: '/info/servers' }
  }
  // Some name the server at the paths alone.
  for (const [path, item] of Object.entries(objectOf(document.paths)).slice(0, 100)) {
    const ofItem = listOfAny(memberOf(item, 'servers'))
    if (ofItem.length > 0) return { list: ofItem, pointer: step(step('/paths', path), 'servers') }
  }
  repairs.add('/servers', 'No server is named; the origin of the spec is taken.')
  return { list: [{ url: '/' }], pointer: '/servers' }
}

function swaggerServers({ host, basePath, schemes }: Schema): unknown[] {
  const path = typeof basePath === 'string' ? `/${basePath.replace(/^\/+/, '')}` : '/'
  if (typeof host !== 'string') return [{ url: path }]
  const known = listOfAny(schemes).filter((one) => one === 'https' || one === 'http')
  const scheme =
    known.includes('https') || known.length === 0
      ? isLoopback(host.split(':')[0] ?? '') && known.length === 0
        ? 'http'
        : 'https'
      : 'http'
  return [{ url: `${scheme}://${host}${path}` }]
}

/** Of one entry of `servers`; undefined, with a repair, where it cannot be called. */
export function serverUrl(server: unknown, spec: URL, pointer: string, repairs: Repairs): URL | undefined {
  const given = typeof server === 'string' ? server : memberOf(server, 'url')
  if (typeof given !== 'string' || given.trim() === '')
    return void repairs.add(pointer, 'A server without a url was left out.')
  let address = given.trim().slice(0, 2_000)
  for (const [name, variable] of pairsOf(memberOf(server, 'variables')).slice(0, 20)) {
    const preset = memberOf(variable, 'default') ?? listOfAny(memberOf(variable, 'enum'))[0]
    if (typeof preset === 'string' || typeof preset === 'number')
      address = address.replaceAll(`{${name}}`, String(preset))
  }
  if (/^[\w-]+(\.[\w-]+)+(:\d+)?(\/|$)/.test(address) || /^localhost(:\d+)?(\/|$)/.test(address)) {
    repairs.add(pointer, `The server ${quote(address)} lacks its beginning; https:// is assumed.`)
    address = `https://${address}`
  }
  const url = URL.parse(address, spec.href)
  const isPlaceholder = placeholderIn(address, spec.hostname) !== undefined
  if (!url || !['http:', 'https:'].includes(url.protocol) || isPlaceholder || url.username || url.password)
    return void repairs.add(
      pointer,
      `The server ${quote(plainLine(given, 100), 100)} is ${isPlaceholder ? 'a placeholder' : 'no address that can be called'}; it was left out.`,
    )
  url.search = ''
  url.hash = ''
  return url
}
