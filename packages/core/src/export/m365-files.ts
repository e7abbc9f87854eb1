import { DefinitionError } from '../definition.ts'
import { json } from '../documents.ts'
import { type Spec, toSpec } from '../openapi.ts'
import type { Plugin } from '../plugin.ts'
import { m365Faults } from './m365-faults.ts'
import { toM365Manifest } from './m365-manifest.ts'

/**
 * The manifest and the spec for Microsoft 365 Copilot; nothing if Copilot cannot sign in.
 * @throws DefinitionError that lists every violated limit of schema v2.4
 */
export function m365Files(plugin: Plugin, publicUrl: string): Record<string, string> {
  const specFile = 'openapi.json'
  const manifest = toM365Manifest(plugin, publicUrl, specFile)
  if (!manifest) return {}
  const faults = m365Faults(manifest)
  if (faults.length > 0)
    throw new DefinitionError(
      `The plugin ${plugin.name} cannot be exported for Microsoft 365 Copilot:\n- ${faults.join('\n- ')}`,
    )
  return { 'm365/ai-plugin.json': json(manifest), [`m365/${specFile}`]: json(toM365Spec(plugin, publicUrl)) }
}

/** Microsoft's toolkit reads the sign-in URLs from the spec, and its samples use OpenAPI 3.0. */
function toM365Spec(plugin: Plugin, publicUrl: string): Spec {
  const spec = toSpec(plugin, publicUrl, '3.0.3')
  const mode = plugin.auth.manifest(publicUrl)
  if (mode.type !== 'oauth') return spec
  const authorizationCode = {
    authorizationUrl: mode.client_url,
    tokenUrl: mode.authorization_url,
    refreshUrl: mode.authorization_url,
    scopes: plugin.auth.scopes,
  }
  const name = Object.keys(spec.components.securitySchemes ?? {})[0] as string
  spec.components.securitySchemes = { [name]: { type: 'oauth2', flows: { authorizationCode } } }
  spec.security = [{ [name]: Object.keys(plugin.auth.scopes) }]
  return spec
}
