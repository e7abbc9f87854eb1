import { isLoopback } from '@reference-plugins/guarded-fetch'
import { parse } from 'tldts'

/** A host that only a private network knows, by its form alone: no name is looked up. */
export function isPrivate(host: string): boolean {
  const name = bare(host)
  const address = /^(\d+)\.(\d+)\.\d+\.\d+$/.exec(name)
  if (address) {
    const [first, second] = [Number(address[1]), Number(address[2])]
    return (
      [0, 10, 127].includes(first) ||
      first >= 224 ||
      (first === 172 && second >= 16 && second < 32) ||
      (first === 192 && second === 168) ||
      (first === 169 && second === 254) ||
      (first === 100 && second >= 64 && second < 128)
    )
  }
  if (name.includes(':')) return !/^[23]/.test(name)
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
