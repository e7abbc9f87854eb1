import type { RegisteredPlugin } from '../plugins/plugins.ts'
import type { SecretPlace } from '../vault/vault.ts'

/**
 * Where the vault keeps a secret. Tokens go to the origin that the API had when the plugin was approved and to no other;
 * the client's secret goes to the token endpoint.
 * @param user empty for a secret of the plugin itself
 */
export function secretPlace(user: string, plugin: RegisteredPlugin, kind: SecretPlace['kind']): SecretPlace {
  const url = kind === 'client-secret' ? plugin.oauth?.tokenUrl : plugin.document.server
  return { user, plugin: plugin.id, kind, origin: url === undefined ? '' : new URL(url).origin }
}
