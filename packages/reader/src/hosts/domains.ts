import { isLoopback } from '@reference-plugins/guarded-fetch/address'
import type { PluginDocument } from '../plugin-document.ts'
import { listOf } from '../text/plain-text.ts'
import { isUnder, registrableDomain, rootDomain } from './hosts.ts'

export interface DomainFault {
  /** An error prevents registering; in development it may be overridden. */
  severity: 'error' | 'warning'
  message: string
}

/** Sign-ins that plugins on every domain may use: OpenAI's list. */
const signIns = [
  'accounts.google.com',
  'oauth2.googleapis.com',
  'login.microsoftonline.com',
  'login.live.com',
  'ims-na1.adobelogin.com',
]

/**
 * What is wrong with the hosts that a plugin names, compared with the host of its manifest, or of its spec where it has none.
 * @param passedOver servers on other domains that the spec names as well.
 */
export function domainFaults(
  address: string,
  document: PluginDocument,
  passedOver: readonly string[] = [],
): DomainFault[] {
  const root = rootDomain(new URL(address).hostname)
  const own = registrableDomain(root)
  const faults: DomainFault[] = []
  const add = (severity: DomainFault['severity'], message: string): void => void faults.push({ severity, message })
  const server = hostOf(document.server)
  if (registrableDomain(server) !== own) {
    if (document.source === 'manifest')
      add(
        'error',
        `The API is at ${server} and the manifest at ${root}. Both must be on the same domain: publish the manifest at https://${server}/.well-known/ai-plugin.json.`,
      )
    // A spec is often published on another domain than its API, and the user has chosen it by its URL.
    else add('warning', `The API is at ${server} and its spec at ${root}. Make sure that you trust both.`)
  } else if (!isUnder(server, root))
    add('warning', `The API is at ${server}, which is not ${root} or a subdomain of it. ChatGPT refused this.`)
  if (isLoopback(root) && document.auth.type !== 'none' && !isLoopback(server))
    add('error', `The manifest is on this machine, but its API is at ${server}: a token would leave this machine.`)
  if (passedOver.length > 0)
    add(
      'warning',
      `The spec also names ${listOf(passedOver.map(hostOf), 4)}, on another domain; calls go to ${server}.`,
    )
  const { oauth } = document.auth
  if (oauth) {
    const [authorization, token] = [hostOf(oauth.authorizationUrl), hostOf(oauth.tokenUrl)]
    const elsewhere = [...new Set([authorization, token])].filter(
      (host) => registrableDomain(host) !== registrableDomain(server) && !signIns.includes(host),
    )
    if (elsewhere.length > 0)
      add(
        'warning',
        `Users sign in at ${listOf(elsewhere)}, which is not on the domain of the API, ${server}. Make sure that you trust it.`,
      )
    if (isLoopback(authorization) !== isLoopback(token) || (isLoopback(token) && !isLoopback(root)))
      add(
        'error',
        'The sign-in is on localhost, which is a different machine for each user. Use URLs that everybody can reach.',
      )
  }
  const legal = document.legalInfoUrl && hostOf(document.legalInfoUrl)
  if (legal && registrableDomain(legal) !== own)
    add('warning', `The legal information is at ${legal}, which is not on the domain of the plugin.`)
  const mail = document.contactEmail?.split('@')[1]
  if (mail && !isLoopback(root) && registrableDomain(mail) !== own)
    add('warning', `The contact email is at ${mail}, which is not on the domain of the plugin.`)
  return faults
}

const hostOf = (address: string): string => URL.parse(address)?.hostname ?? ''
