import { isIPv4 } from 'node:net'
import ipaddr from 'ipaddr.js'

/**
 * The part of a client's address that one subscriber cannot change, as the key for everything that is counted by address:
 * an IPv4 address, also where it is mapped into IPv6, or the first 64 bits of an IPv6 address (RFC 4291, RFC 6177).
 * Accepts what proxies write into X-Forwarded-For: with a port, in brackets or quotes, with a zone. All text that is not an
 * address has one key.
 */
export function addressKey(address: string): string {
  if (isIPv4(address)) return address
  const bare = withoutPort(address.trim().replace(/^"(.*)"$/, '$1')).replace(/%.*$/, '')
  if (isIPv4(bare)) return bare
  if (!bare.includes(':') || !ipaddr.IPv6.isValid(bare)) return 'unknown'
  const parsed = ipaddr.process(bare)
  if (parsed.kind() === 'ipv4') return parsed.toString()
  return `${(parsed as ipaddr.IPv6).parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`
}

function withoutPort(address: string): string {
  if (address.startsWith('[')) return /^\[([^\]]*)\](:\d*)?$/.exec(address)?.[1] ?? ''
  // More colons are those of IPv6, which takes a port only after brackets.
  return address.replace(/^([^:]*):\d*$/, '$1')
}
