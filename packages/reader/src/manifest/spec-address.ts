import { isLoopback, isLoopbackUrl } from '@reference-plugins/guarded-fetch/address'
import { httpUrl } from '../hosts/hosts.ts'
import { placeholderIn } from '../hosts/placeholder.ts'
import { DocumentRefused } from '../text/document-refused.ts'
import { quote } from '../text/plain-text.ts'
import type { Repairs } from '../text/repairs.ts'

export interface SpecAddress {
  url: string
  /** Where it may be as well. */
  other?: string
}

/**
 * The absolute URL of the spec.
 * @throws DocumentRefused where it is a placeholder or not a URL.
 */
export function specAddress(given: string, manifestUrl: string, repairs: Repairs): SpecAddress {
  const base = new URL(manifestUrl)
  let address = given.trim()
  const mark = placeholderIn(address, base.hostname)
  if (mark !== undefined) {
    // A server that fills it in for ChatGPT does not do so for everybody; on this machine the value is known.
    const filled = address.replace(/(?:https?:\/\/)?\$?\{?PLUGIN_HOST(?:NAME)?\}?/, base.origin)
    if (filled === address || !isLoopback(base.hostname))
      throw new DocumentRefused(
        `The api.url of the manifest still has a placeholder, ${quote(mark)}: ${quote(address, 120)}. Replace it with the URL of your spec.`,
      )
    repairs.add('/api/url', `PLUGIN_HOSTNAME is replaced with ${base.host}.`)
    address = filled
  }
  if (/^[\w.-]+:\d+(\/|$)/.test(address))
    throw new DocumentRefused(
      `The api.url of the manifest, ${quote(address, 120)}, has no scheme. Use ${quote(
        `${isLoopbackUrl(`http://${address}`) ? 'http' : 'https'}://${address}`,
        130,
      )}.`,
    )
  if (/^[a-z][a-z\d+.-]*:/i.test(address) || address.startsWith('//')) return absolute(address, base)
  if (/^[\w-]+(\.[\w-]+)+\/./.test(address)) {
    repairs.add('/api/url', `${quote(address)} has no scheme; https:// is assumed.`)
    return absolute(`https://${address}`, base)
  }
  const url = new URL(address, base).href
  // The plugin may be under a path, at which its manifest is.
  const below = base.pathname.replace(/\/\.well-known\/[^/]*$|\/[^/]*$/, '')
  const other = new URL(`${below}${address.startsWith('/') ? '' : '/'}${address}`, base).href
  repairs.add('/api/url', `The URL must be absolute; ${quote(address)} is read as ${url}.`)
  return url === other ? { url } : { url, other }
}

function absolute(address: string, base: URL): SpecAddress {
  const url = httpUrl(address, base.href)
  if (!url)
    throw new DocumentRefused(
      `The api.url of the manifest, ${quote(address, 120)}, is not a URL. It must start with https://.`,
    )
  if (url.username || url.password)
    throw new DocumentRefused('The api.url of the manifest contains a user name or password. Remove it.')
  url.hash = ''
  return { url: url.href }
}
