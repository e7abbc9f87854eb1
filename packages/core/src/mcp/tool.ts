import type { ProtocolEra, Tool } from '@modelcontextprotocol/server'
import { TaskDocument } from '../acting/task-document.ts'
import { describeAction } from '../acting/words.ts'
import type { Plugin, PluginOperation } from '../plugin.ts'
import { inlined, inputSchema, type JsonSchema, outputSchema } from '../schema.ts'
import { viewUri } from './view.ts'

/** One operation as an MCP tool. */
export function toTool(plugin: Plugin, operation: PluginOperation, era: ProtocolEra): Tool {
  const { readOnly, destructive, idempotent, openWorld } = operation.effects
  const security = toSecurity(plugin, operation)
  const definitions: Record<string, JsonSchema> = {}
  const output = answerSchema(operation, definitions)
  const uri = operation.view && viewUri(plugin, operation.view)
  const meta = {
    ...(security && { securitySchemes: security }),
    ...(operation.confirm && { confirmation: true }),
    ...(operation.quote && { quote: operation.quote }),
    ...(operation.taskAfter !== undefined && { taskAfter: operation.taskAfter }),
    ...(operation.unasked !== 'refuse' && { unasked: operation.unasked }),
    ...(operation.undo && { undo: operation.undo }),
    // Earlier hosts, and ChatGPT before it supported MCP Apps, read the last two.
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
    ...(era === 'legacy' && operation.taskAfter !== undefined && { execution: { taskSupport: 'optional' } }),
    ...(Object.keys(meta).length > 0 && { _meta: meta }),
  }
  return tool as Tool
}

/** Of the answer, or of a task where it may be one. */
function answerSchema({ output, taskAfter }: PluginOperation, definitions: Record<string, JsonSchema>): JsonSchema {
  const own = outputSchema(output, '3.1.0', definitions)
  return taskAfter === undefined ? own : { anyOf: [own, outputSchema(TaskDocument, '3.1.0', definitions)] }
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
