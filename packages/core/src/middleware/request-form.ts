import type { IncomingMessage } from 'node:http'

// RFC 3986 section 3.2.2 and 3.2.3, without a user name.
const hostAndPort = /^([\w.~!$&'()*+,;=%-]+|\[[\da-f:.]+\])(:\d{0,5})?$/i

/**
 * What makes a request ambiguous, so that a proxy in front may read it in another way: more or less than one Host, a target
 * for another host, a version or a framing that is not that of HTTP/1.1 (RFC 9112). Undefined for a good request.
 */
export function formFault(request: IncomingMessage, knownHost: string | undefined): string | undefined {
  const { headers, url = '', httpVersion, method } = request
  const { host } = headers
  if (host === undefined || hasTwoHosts(request) || (host !== knownHost && !hostAndPort.test(host)))
    return 'Send one Host header, with the name of this server'
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return 'Write HTTP/1.1 in the first line of the request'
  const encoding = headers['transfer-encoding']
  if (encoding !== undefined && (encoding.toLowerCase() !== 'chunked' || httpVersion === '1.0'))
    return 'Send the body with "Transfer-Encoding: chunked" in HTTP/1.1, or with Content-Length'
  if (url.startsWith('/') || (url === '*' && method === 'OPTIONS')) return undefined
  return isFor(url, host)
    ? undefined
    : 'Send a path as the target, such as /openapi.yaml, and the host in the Host header'
}

/** Whether an absolute target has the host of the Host header (RFC 9112 section 3.2.2). */
function isFor(target: string, host: string): boolean {
  const url = URL.parse(target)
  if (url === null || !/^https?:\/\/[^/]/i.test(target) || url.username !== '' || url.password !== '') return false
  return URL.parse(`${url.protocol}//${host}`)?.host === url.host
}

/** Node keeps the first of two headers, but a proxy in front may have checked the second. */
function hasTwoHosts({ rawHeaders }: IncomingMessage): boolean {
  let count = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string
    if (name.length === 4 && name.toLowerCase() === 'host') count++
  }
  return count > 1
}
