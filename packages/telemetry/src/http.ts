const known = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT', 'QUERY'])

/** A client may send any word as the method. */
export const methodOf = (method: string | undefined): string =>
  known.has(method ?? '') ? (method as string) : '_OTHER'

export const serverOf = ({ hostname, port, protocol }: URL) => ({
  'server.address': hostname.replace(/^\[|\]$/g, ''),
  'server.port': Number(port) || (protocol === 'https:' ? 443 : 80),
})
