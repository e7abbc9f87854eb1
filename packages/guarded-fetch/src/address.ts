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

export const isLoopback = (address: string): boolean =>
  ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback'
