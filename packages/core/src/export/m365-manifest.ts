import { httpOperations, type Plugin, type PluginOperation } from '../plugin.ts'
import { effectSentence } from './sentences.ts'

/** The API plugin manifest of Microsoft 365 Copilot, schema v2.4: the members that a plugin here needs. */
export type M365Manifest = NonNullable<ReturnType<typeof toM365Manifest>>

/** Undefined if Microsoft 365 Copilot cannot sign in: it supports neither a token of each user nor Basic. */
export function toM365Manifest(plugin: Plugin, publicUrl: string, specFile: string) {
  const auth = toM365Auth(plugin, publicUrl)
  if (!auth) return undefined
  return {
    $schema: 'https://developer.microsoft.com/json-schemas/copilot/plugin/v2.4/schema.json',
    schema_version: 'v2.4',
    name_for_human: plugin.title,
    namespace: plugin.name,
    description_for_model: plugin.descriptionForModel,
    description_for_human: plugin.descriptionForHuman,
    logo_url: `${publicUrl}/logo.png`,
    contact_email: plugin.contactEmail,
    legal_info_url: `${publicUrl}/legal`,
    functions: httpOperations(plugin).map((operation) => toFunction(plugin, operation)),
    runtimes: [
      {
        type: 'OpenApi',
        auth,
        spec: { url: specFile },
        run_for_functions: httpOperations(plugin).map(({ id }) => id),
      },
    ],
    capabilities: { conversation_starters: plugin.conversationStarters.map((text) => ({ text })) },
  }
}

function toM365Auth({ name, auth }: Plugin, publicUrl: string) {
  const mode = auth.manifest(publicUrl)
  // A variable in the form that Microsoft's toolkit fills in when it packs an agent.
  const reference_id = `\${{${name.toUpperCase()}_REGISTRATION_ID}}`
  if (mode.type === 'none') return { type: 'None' }
  if (mode.type === 'oauth') return { type: 'OAuthPluginVault', reference_id }
  if (mode.type === 'service_http' && mode.authorization_type === 'bearer')
    return { type: 'ApiKeyPluginVault', reference_id }
  return undefined
}

function toFunction(plugin: Plugin, operation: PluginOperation) {
  const { id, description, consequential } = operation
  return {
    name: id,
    description,
    capabilities: {
      ...(consequential && {
        confirmation: { type: 'AdaptiveCard', title: plugin.title, body: confirmationBody(operation) },
      }),
      security_info: { data_handling: toDataHandling(operation) },
    },
  }
}

/** What the card says. Beside it the card shows the inputs. */
function confirmationBody({ summary, effects, confirm, unasked }: PluginOperation): string {
  const agreed = confirm && unasked !== 'refuse' ? ` Check that you have agreed to this: ${unasked.join(', ')}.` : ''
  return `${summary}. ${effectSentence(effects)}${agreed}`
}

/** Without it Copilot combines a function with no other plugin. */
function toDataHandling({ effects, forUser }: PluginOperation): string[] {
  const handling = effects.openWorld ? ['GetPublicData'] : []
  if (forUser || !effects.openWorld) handling.push('GetPrivateData')
  if (!effects.readOnly) handling.push('ResourceStateUpdate')
  return handling
}
