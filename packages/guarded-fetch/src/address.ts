import ipaddr from 'ipaddr.js'

/**
 * Whether an IP address belongs to the internet, and to nobody's own network or machine. Addresses that carry another
 * one in them (mapped, 6to4, Teredo, NAT64) do not, since they lead wherever that one leads.
 */
export function isPublic(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.parse(address)
  if (parsed.range() !== 'unicast') return false
  // Only 2000::/3 has been given out so far, and the library takes the rest for unicast as well.
  return parsed.kind() === 'ipv4' || (parsed.toByteArray()[0] as number) >> 5 === 1
}

/**
 * Whether a host is this machine, by its form alone: localhost and names below it (RFC 6761 section 6.3), 127.0.0.0/8 and
 * ::1. Takes what `URL.hostname` gives: an IPv6 address may stand in brackets.
 */
export function isLoopback(host: string): boolean {
  const name = host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
  if (name === 'localhost' || name.endsWith('.localhost')) return true
  return ipaddr.isValid(name) && ipaddr.process(name).range() === 'loopback'
}

/** The same for a whole URL or origin; false where it is not a URL. */
export function isLoopbackUrl(url: string): boolean {
  const parsed = URL.parse(url)
  return parsed !== null && isLoopback(parsed.hostname)
}
