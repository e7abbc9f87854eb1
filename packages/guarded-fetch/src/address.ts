import ipaddr from 'ipaddr.js'

/**
 * Whether an IP address is on the public internet, not on a private network or this machine. Addresses that contain
 * another address (mapped, 6to4, Teredo, NAT64) are not public, because they may lead anywhere.
 */
export function isPublic(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.parse(address)
  if (parsed.range() !== 'unicast') return false
  // Only 2000::/3 is assigned, but the library calls the rest unicast as well.
  return parsed.kind() === 'ipv4' || (parsed.toByteArray()[0] as number) >> 5 === 1
}

/**
 * Whether a host is this machine, by its form only: localhost and names below it (RFC 6761 section 6.3), 127.0.0.0/8 and
 * ::1. Accepts a `URL.hostname`: an IPv6 address may be in brackets.
 */
export function isLoopback(host: string): boolean {
  const name = host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
  if (name === 'localhost' || name.endsWith('.localhost')) return true
  return ipaddr.isValid(name) && ipaddr.process(name).range() === 'loopback'
}

/** The same for a URL or an origin; false if it is not a URL. */
export function isLoopbackUrl(url: string): boolean {
  const parsed = URL.parse(url)
  return parsed !== null && isLoopback(parsed.hostname)
}
