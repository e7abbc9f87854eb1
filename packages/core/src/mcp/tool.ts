import type { Tool } from '@modelcontextprotocol/server'
import { describeAction } from '../acting/words.ts'
import type { Plugin, PluginOperation } from '../plugin.ts'
import { inlined, inputSchema, type JsonSchema, outputSchema } from '../schema.ts'
import { viewUri } from './view.ts'

/** One operation as an MCP tool. */
export function toTool(plugin: Plugin, operation: PluginOperation): Tool {
  const { readOnly, destructive, idempotent, openWorld } = operation.effects
  const security = toSecurity(plugin, operation)
  const definitions: Record<string, JsonSchema> = {}
  const output = outputSchema(operation.output, '3.1.0', definitions)
  const uri = operation.view && viewUri(plugin, operation.view)
  const meta = {
    ...(security && { securitySchemes: security }),
    // Earlier hosts, and ChatGPT before it supported MCP Apps, read the last two.
    ...(operation.confirm && { confirmation: true }),
    ...(operation.unasked !== 'refuse' && { unasked: operation.unasked }),
    ...(operation.undo && { undo: operation.undo }),
    ...(uri && { ui: { resourceUri: uri }, 'ui/resourceUri': uri, 'openai/outputTemplate': uri }),
  }
  const tool = {
    name: operation.id,
    title: operation.summary,
    description: describeAction(operation),
    // Strict function calling accepts only closed objects. Unknown arguments are ignored nevertheless.
    inputSchema: { ...inputSchema(operation.input, '3.1.0'), type: 'object', additionalProperties: false },
    outputSchema: { ...inlined(output, definitions), type: 'object' },
    annotations: {
      title: operation.summary,
      readOnlyHint: readOnly,
      destructiveHint: destructive,
      idempotentHint: idempotent,
      openWorldHint: openWorld,
    },
    ...(security && { securitySchemes: security }),
    ...(Object.keys(meta).length > 0 && { _meta: meta }),
  }
  return tool as Tool
}

/**
 * What ChatGPT reads, in both places. It knows only these two types and refuses a server that names another one, so tokens
 * that users paste are not mentioned.
 */
function toSecurity({ auth }: Plugin, { scope }: PluginOperation): JsonSchema[] | undefined {
  if (auth.audience === 'anyone') return [{ type: 'noauth' }]
  if (Object.keys(auth.scopes).length === 0) return undefined
  return [{ type: 'oauth2', scopes: scope === undefined ? [] : [scope] }]
}
