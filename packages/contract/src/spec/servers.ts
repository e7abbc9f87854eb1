import { isLoopbackUrl } from '@reference-plugins/guarded-fetch/address'
import { serverAddresses } from '@reference-plugins/reader'

/** What is tested, and where its spec came from. */
export interface Target {
  /** The address under test, without a slash at its end; empty where only documents are judged. */
  baseUrl: string
  /** Undefined where the spec is a file. */
  specUrl?: string | undefined
  /** The base of every call, whatever the spec says. */
  server?: string | undefined
  /** Whether calls begin with `baseUrl`, whatever the spec says. */
  isBase?: boolean
}

/**
 * The URL that comes before the path of each operation. A spec often names the public address, so of its server only the
 * path counts, unless it is a subdomain of the address under test.
 */
export function callBase(servers: readonly unknown[], { baseUrl, server, specUrl, isBase }: Target): string {
  if (server !== undefined) return server.replace(/\/+$/, '')
  if (baseUrl === '' || isBase) return baseUrl
  const tested = new URL(baseUrl)
  const urls = serverAddresses(servers)
    .map((address) => toUrl(address, specUrl ?? `${baseUrl}/`))
    .filter((url) => url !== null)
  const [first] = urls
  const same = urls.find(({ origin }) => origin === tested.origin) ?? urls.find(({ host }) => host === tested.host)
  if (same) return tested.origin + pathOf(same)
  if (!first) return tested.origin
  const below = urls.find(({ hostname }) => hostname.endsWith(`.${tested.hostname.replace(/^www\./, '')}`))
  if (below && !isLoopbackUrl(baseUrl)) return below.origin + pathOf(below)
  return onTested(pathOf(first), baseUrl)
}

/** The same path on the server under test, whatever the public address of the plugin. */
export function onServer(url: string, baseUrl: string): string {
  const { origin, pathname, search } = new URL(url)
  return origin === new URL(baseUrl).origin ? url : onTested(pathname, baseUrl) + search
}

/** A proxy may have put the path of the address under test before it. */
function onTested(path: string, baseUrl: string): string {
  const { origin, pathname } = new URL(baseUrl)
  const prefix = pathname.replace(/\/+$/, '')
  return path === prefix || path.startsWith(`${prefix}/`) ? origin + path : origin + prefix + path
}

function toUrl(address: string, base: string): URL | null {
  const url = URL.parse(address, base)
  return url && /^https?:$/.test(url.protocol) ? url : URL.parse(`http://${address}`)
}

const pathOf = ({ pathname }: URL): string => (/[{}]|%7B/i.test(pathname) ? '' : pathname.replace(/\/+$/, ''))
