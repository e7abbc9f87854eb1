import { type DocumentAuth, type DocumentOperation, isPublic, missingSignIn } from '@reference-plugins/reader'
import type { RegisteredPlugin } from '../plugins/plugins.ts'
import { challengesIn } from '../sign-in/challenges.ts'

/** Whether the credentials of the plugin are left out of a call: a spec says so; a manifest is for every call. */
export const isAnonymous = ({ document }: RegisteredPlugin, operation: DocumentOperation): boolean =>
  document.source === 'spec' && isPublic(operation)

/**
 * Whether an operation is called without credentials until there are some: its sign-in is optional, or only others of its
 * spec name one. Developers forget to name it, so it carries the credentials that there are.
 */
export function mayBeAnonymous({ document }: RegisteredPlugin, { signIn }: DocumentOperation): boolean {
  if (document.source !== 'spec') return false
  if (signIn === undefined) return document.operations.some((one) => one.signIn !== undefined)
  return signIn.some((way) => way.length === 0)
}

/**
 * Why an answer 401 says nothing about the credentials of the plugin, and signing in again does not help. Undefined if it
 * may be because of them.
 * @param headers of the answer
 */
export function whyOtherSignIn(
  plugin: RegisteredPlugin,
  operation: DocumentOperation,
  headers: Record<string, string>,
): string | undefined {
  const { auth, title, source } = plugin.document
  const { name, signIn } = operation
  if (isAnonymous(plugin, operation))
    return `Its spec says that ${name} needs no sign-in, so none was sent, but the API asks for one. The developer of ${title} must correct the spec`
  const missing = missingSignIn(auth, operation)
  const other = missing ?? (signIn === undefined && source !== 'mcp' ? otherChallenge(auth, headers) : undefined)
  if (other === undefined) return undefined
  return `${name} requires ${other}, which this host does not have: ${sent(auth)}. Signing in again does not help. Tell the user which sign-in is missing, and do not repeat the call`
}

/** What the answer asks for, if that is not what was sent. */
function otherChallenge(
  { type, scheme, keyHeader }: DocumentAuth,
  headers: Record<string, string>,
): string | undefined {
  const schemes = challengesIn(headers['www-authenticate']).flatMap((one) => (one.scheme === '' ? [] : [one.scheme]))
  if (type !== 'none' && (keyHeader !== undefined || schemes.length === 0)) return undefined
  if (type !== 'none' && schemes.includes(type === 'oauth' ? 'bearer' : scheme)) return undefined
  const names = [...new Set(schemes)].map((one) => `${one[0]?.toUpperCase()}${one.slice(1)}`)
  return names.length === 0 ? 'a sign-in' : `a sign-in by ${names.join(' or ')}`
}

function sent({ type, scheme, keyHeader }: DocumentAuth): string {
  if (type === 'none') return 'the plugin has no sign-in'
  if (type === 'oauth') return 'the plugin uses OAuth'
  if (keyHeader !== undefined) return `the plugin uses the key ${keyHeader} in a header`
  return scheme === 'basic' ? 'the plugin uses a user name and a password (Basic)' : 'the plugin uses a bearer token'
}
