import { registrableDomain } from '../hosts/hosts.ts'
import type { ReadManifest } from '../manifest/manifest.ts'
import type { PluginDocument } from '../plugin-document.ts'
import { DocumentRefused } from '../text/document-refused.ts'
import { fitName, shortHash } from '../text/names.ts'
import { plainLine } from '../text/plain-text.ts'
import type { ReadSpec } from './spec.ts'

/**
 * What the host registers. Without a manifest, everything comes from the spec.
 * @param address as the user typed it; it names a plugin that has no name.
 * @throws DocumentRefused where a spec without a manifest asks for a sign-in that is not supported.
 */
export function toPluginDocument(manifest: ReadManifest | undefined, spec: ReadSpec, address: string): PluginDocument {
  const { server, operations } = spec
  if (manifest) {
    const { url: _url, specUrl: _specUrl, otherSpecUrl: _otherSpecUrl, ...facts } = manifest
    return {
      source: 'manifest',
      ...facts,
      descriptionForModel: facts.descriptionForModel || spec.description,
      descriptionForHuman: facts.descriptionForHuman || plainLine(spec.description, 120),
      server,
      operations,
    }
  }
  if ('refused' in spec.auth) throw new DocumentRefused(spec.auth.refused)
  const host = URL.parse(spec.url)?.hostname ?? address
  const title = spec.title || host
  return {
    source: 'spec',
    name: fitName(spec.title) || fitName(registrableDomain(host)) || `plugin_${shortHash(address)}`,
    title,
    descriptionForModel: spec.description || title,
    descriptionForHuman: plainLine(spec.description, 120) || title,
    ...(spec.legalInfoUrl && { legalInfoUrl: spec.legalInfoUrl }),
    ...(spec.contactEmail && { contactEmail: spec.contactEmail }),
    auth: spec.auth.auth,
    server,
    operations,
  }
}
