import { isLoopback } from '@reference-plugins/guarded-fetch'
import type { PluginDocument } from '../plugin-document.ts'
import { listOf } from '../text/plain-text.ts'
import { isUnder, registrableDomain, rootDomain } from './hosts.ts'

export interface DomainFault {
  /** An error stands in the way of registering; in development it may be overridden. */
  severity: 'error' | 'warning'
  message: string
}

/** Whose sign-in is used by plugins everywhere, as OpenAI had it. */
const signIns = [
  'accounts.google.com',
  'oauth2.googleapis.com',
  'login.microsoftonline.com',
  'login.live.com',
  'ims-na1.adobelogin.com',
]

/**
 * What is wrong with the hosts that a plugin names, measured by that of its manifest, or of its spec where it has none.
 * @param passedOver servers of other domains that the spec names besides.
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
        `The API is at ${server}, the manifest at ${root}. Both must be on one domain: publish the manifest at https://${server}/.well-known/ai-plugin.json.`,
      )
    // A spec is often published elsewhere than its API, and who registers it names it by hand.
    else add('warning', `The API is at ${server}, its spec at ${root}. Make sure that you trust both.`)
  } else if (!isUnder(server, root))
    add(
      'warning',
      `The API is at ${server}, beside the manifest at ${root}, not on it or below it. ChatGPT refused that.`,
    )
  if (isLoopback(root) && document.auth.type !== 'none' && !isLoopback(server))
    add('error', `The manifest is on this machine and its API at ${server}; a token would leave this machine.`)
  if (passedOver.length > 0)
    add('warning', `The spec names ${listOf(passedOver.map(hostOf), 4)}, on another domain; calls go to ${server}.`)
  const { oauth } = document.auth
  if (oauth) {
    const [authorization, token] = [hostOf(oauth.authorizationUrl), hostOf(oauth.tokenUrl)]
    const elsewhere = [...new Set([authorization, token])].filter(
      (host) => registrableDomain(host) !== registrableDomain(server) && !signIns.includes(host),
    )
    if (elsewhere.length > 0)
      add(
        'warning',
        `Users sign in at ${listOf(elsewhere)}, on another domain than the API at ${server}. Make sure that you trust it.`,
      )
    if (isLoopback(authorization) !== isLoopback(token) || (isLoopback(token) && !isLoopback(root)))
      add(
        'error',
        'The sign-in leads to the machine of whoever uses the plugin. Give addresses that everybody can reach.',
      )
  }
  const legal = document.legalInfoUrl && hostOf(document.legalInfoUrl)
  if (legal && registrableDomain(legal) !== own)
    add('warning', `The legal information is at ${legal}, on another domain than the plugin.`)
  const mail = document.contactEmail?.split('@')[1]
  if (mail && !isLoopback(root) && registrableDomain(mail) !== own)
    add('warning', `The contact's mail address is at ${mail}, on another domain than the plugin.`)
  return faults
}

const hostOf = (address: string): string => URL.parse(address)?.hostname ?? ''
