import { isLoopbackUrl } from '@reference-plugins/guarded-fetch/address'
import { httpUrl } from '../hosts/hosts.ts'
import { placeholderIn } from '../hosts/placeholder.ts'
import { isObject, listOfAny, memberOf, objectOf, pairsOf, type Schema, step } from '../text/members.ts'
import { quote } from '../text/plain-text.ts'
import type { Repairs } from '../text/repairs.ts'
import type { FoundOperation } from './paths.ts'
import type { SpecDocument } from './spec-document.ts'

/** The base URL of calls: without a slash at its end, a query or a fragment. */
export const baseOf = (url: URL): string => `${url.origin}${url.pathname.replace(/\/+$/, '')}`

export interface Server {
  url: URL
  pointer: string
}

/**
 * The servers of a spec that can be called, in its order: `servers`, or `host` and `basePath` of Swagger 2. The origin of
 * the spec where there is none.
 */
export function readServers(document: SpecDocument, spec: URL): Server[] {
  const { list, pointer } = serverList(document)
  const found: Server[] = []
  for (const [index, server] of list.slice(0, 50).entries()) {
    const place = step(pointer, index)
    const url = serverUrl(server, spec, place, document.repairs)
    if (url) found.push({ url, pointer: place })
  }
  return found
}

function serverList({ root, repairs }: SpecDocument): { list: unknown[]; pointer: string } {
  const named = namedServers(root)
  if (named.pointer === '/info/servers')
    repairs.add('/info/servers', 'servers is inside info; it was read as if it were beside info.')
  if (named.list.length > 0) return named
  // Some specs name servers in their paths only.
  for (const [path, item] of Object.entries(objectOf(root.paths)).slice(0, 100)) {
    const ofItem = listOfAny(memberOf(item, 'servers'))
    if (ofItem.length > 0) return { list: ofItem, pointer: step(step('/paths', path), 'servers') }
  }
  repairs.add('/servers', 'The spec names no server; the origin of the spec is used.')
  return { list: [{ url: '/' }], pointer: '/servers' }
}

function namedServers(root: Schema): { list: unknown[]; pointer: string } {
  const { servers, host, basePath } = root
  if (typeof host === 'string' || typeof basePath === 'string') return { list: swaggerServers(root), pointer: '/host' }
  const direct = isObject(servers) || typeof servers === 'string' ? [servers] : listOfAny(servers)
  const inInfo = memberOf(root.info, 'servers')
  if (direct.length === 0 && Array.isArray(inInfo)) return { list: inInfo, pointer: '/info/servers' }
  return { list: direct, pointer: '/servers' }
}

function swaggerServers({ host, basePath, schemes }: Schema): unknown[] {
  const path = typeof basePath === 'string' ? `/${basePath.replace(/^\/+/, '')}` : '/'
  if (typeof host !== 'string') return [{ url: path }]
  const known = listOfAny(schemes).filter((one) => one === 'https' || one === 'http')
  const isSafe = known.length > 0 ? known.includes('https') : !isLoopbackUrl(`http://${host}`)
  return [{ url: `${isSafe ? 'https' : 'http'}://${host}${path}` }]
}

/** The Server Objects of an operation or its path; empty where those of the document count. */
export const serversOf = ({ node, item }: FoundOperation): unknown[] =>
  [node.servers, item.servers].map(listOfAny).find((list) => list.length > 0) ?? []

/** The Server Objects of a whole spec, empty where it names none; those of Swagger 2 are made of host and basePath. */
export const serversOfSpec = (root: Schema): unknown[] => namedServers(root).list

/** What is written for servers, their variables filled in, those without anything left out. */
export const serverAddresses = (servers: readonly unknown[]): string[] => servers.map(addressOf).filter(Boolean)

/** What is written for a server, its variables filled in with their defaults. */
function addressOf(server: unknown): string {
  const given = typeof server === 'string' ? server : memberOf(server, 'url')
  if (typeof given !== 'string') return ''
  let address = given.trim().slice(0, 2_000)
  for (const [name, variable] of pairsOf(memberOf(server, 'variables')).slice(0, 20)) {
    const preset = memberOf(variable, 'default') ?? listOfAny(memberOf(variable, 'enum'))[0]
    if (typeof preset === 'string' || typeof preset === 'number')
      address = address.replaceAll(`{${name}}`, String(preset))
  }
  return address
}

/** The URL of one entry of `servers`; undefined, with a repair, where it cannot be called. */
export function serverUrl(server: unknown, spec: URL, pointer: string, repairs: Repairs): URL | undefined {
  let address = addressOf(server)
  if (address === '') return void repairs.add(pointer, 'A server has no url and was left out.')
  const given = address
  if (/^[\w-]+(\.[\w-]+)+(:\d+)?(\/|$)/.test(address) || /^localhost(:\d+)?(\/|$)/.test(address)) {
    // Nobody has a certificate for this machine.
    const scheme = isLoopbackUrl(`http://${address}`) ? 'http' : 'https'
    repairs.add(pointer, `The server ${quote(address)} has no scheme; ${scheme}:// is assumed.`)
    address = `${scheme}://${address}`
  }
  const url = httpUrl(address, spec.href)
  const isPlaceholder = placeholderIn(address, spec.hostname) !== undefined
  if (!url || isPlaceholder || url.username || url.password)
    return void repairs.add(
      pointer,
      `The server ${quote(given, 100)} is ${isPlaceholder ? 'a placeholder' : 'not a URL that can be called'} and was left out.`,
    )
  url.search = ''
  url.hash = ''
  return url
}
