import { isLoopback, isPublic } from '@reference-plugins/guarded-fetch/address'
import { parse } from 'tldts'

/** A URL of HTTP, relative to another one; undefined for anything else. */
export function httpUrl(address: string, base?: string): URL | undefined {
  const url = URL.parse(address, base)
  return url && /^https?:$/.test(url.protocol) ? url : undefined
}

/** A host that only a private network knows, by its form alone: no name is looked up. */
export function isPrivate(host: string): boolean {
  const name = bare(host)
  if (isAddress(name)) return !isPublic(name)
  return isLoopback(name) || !name.includes('.') || /\.(local|internal|lan|home|corp|intranet|home\.arpa)$/.test(name)
}

/** The host of a manifest, without `www.`: what the hosts of a plugin are compared with. */
export const rootDomain = (host: string): string => bare(host).replace(/^www\./, '')

/** Whether a host is the root domain or below it. All of this machine is one domain. */
export function isUnder(host: string, root: string): boolean {
  const name = bare(host)
  if (isLoopback(root) || isLoopback(name)) return isLoopback(root) && isLoopback(name)
  return name === root || (!isAddress(root) && name.endsWith(`.${root}`))
}

/**
 * The domain that somebody has registered: example.co.uk, alice.github.io. `localhost` for this machine; an IP address
 * stays as it is. Two users of one platform have two domains.
 */
export function registrableDomain(host: string): string {
  const name = bare(host)
  if (isLoopback(name)) return 'localhost'
  const { domain, isIp } = parse(name, { allowPrivateDomains: true })
  return isIp ? name : (domain ?? name)
}

const isAddress = (host: string): boolean => host.includes(':') || /^[\d.]+$/.test(host)
const bare = (host: string): string =>
  host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
