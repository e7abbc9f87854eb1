import { isLoopback } from '@reference-plugins/guarded-fetch/address'
import { isPrivate, isUnder, registrableDomain, rootDomain } from '../hosts/hosts.ts'
import { baseOf, readServers } from '../openapi/servers.ts'
import type { SpecDocument } from '../openapi/spec-document.ts'
import { listOf } from '../text/plain-text.ts'

/**
 * Chooses the server as ChatGPT did: the first on the plugin's domain or below it, otherwise the origin of the spec. A
 * spec without a manifest has no domain of its own, so its first public server is taken.
 * @returns its base, without a slash at its end, and the servers on other domains, which are never called.
 */
export function chooseServer(document: SpecDocument, specUrl: string, manifestUrl: string | undefined) {
  const { repairs } = document
  const spec = new URL(specUrl)
  const root = rootDomain(new URL(manifestUrl ?? specUrl).hostname)
  const isLocal = isLoopback(root)
  const found = readServers(document, spec).filter(({ url, pointer }) => {
    if (!isPrivate(url.hostname) || (isLocal && isLoopback(url.hostname)) || url.hostname === spec.hostname) return true
    repairs.add(pointer, `The server ${url.origin} can only be reached on a private network; it is not called.`)
    return false
  })
  const chosen =
    found.find(({ url }) => isUnder(url.hostname, root)) ??
    found.find(({ url }) => registrableDomain(url.hostname) === registrableDomain(root)) ??
    found.find(({ url }) => url.hostname === spec.hostname) ??
    (manifestUrl === undefined ? found[0] : undefined)
  const others = found
    .filter(({ url }) => registrableDomain(url.hostname) !== registrableDomain(root) && url !== chosen?.url)
    .map(({ url }) => baseOf(url))
  if (!chosen) {
    repairs.add(
      '/servers',
      others.length > 0
        ? `No server is on the plugin's domain, ${root} (${listOf(others, 4)}); the origin of the spec, ${spec.origin}, is called.`
        : `No server can be called; the origin of the spec, ${spec.origin}, is called.`,
    )
    return { chosen: spec.origin, passedOver: others }
  }
  const { url, pointer } = chosen
  if (url.protocol === 'http:' && spec.protocol === 'https:' && !isLoopback(url.hostname) && url.port === '') {
    repairs.add(pointer, 'The server is called over https, because the spec was fetched over https.')
    url.protocol = 'https:'
  }
  return { chosen: baseOf(url), passedOver: others }
}
