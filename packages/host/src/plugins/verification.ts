import { Problem } from '@reference-plugins/core'
import { readManifest } from '@reference-plugins/reader'
import { Trace } from '../registration/trace.ts'
import type { PluginPreview } from '../wire.ts'
import type { FoundPlugin, RegisteredPlugin } from './plugins.ts'

/**
 * The token that the developer puts into the manifest; undefined where none is needed. A domain that is given one secret
 * for all users must confirm this host: protocol.md 1.3.
 */
export function toVerification(
  { document: { auth, source } }: FoundPlugin,
  token: string,
): PluginPreview['verification'] {
  if (source !== 'manifest' || (auth.type !== 'service_http' && auth.type !== 'oauth')) return undefined
  return {
    service: 'reference_plugins_host',
    token,
    isThere: Object.values(auth.verificationTokens).includes(token),
  }
}

/** Whether the manifest has the plugin's verification token. @throws Problem 409 or 502 */
export async function findVerificationToken(
  { texts: { manifestUrl }, verificationToken }: RegisteredPlugin,
  allowLoopback: boolean,
): Promise<boolean> {
  if (manifestUrl === undefined)
    throw new Problem(409, 'The plugin has no manifest, so there is no place for a verification token')
  const trace = new Trace({ allowLoopback, signal: AbortSignal.timeout(20_000) })
  const { text, url } = await trace.fetch(manifestUrl).catch((error: Error) => {
    throw new Problem(502, `The manifest could not be fetched: ${error.message}`)
  })
  const { manifest } = readManifest(text, url)
  return Object.values(manifest.auth.verificationTokens).includes(verificationToken)
}
