import type { PluginOperation } from '../plugin.ts'
import { inputSchema, type JsonSchema } from '../schema.ts'

/** One line of Markdown for each input of an operation. */
export function inputLines(operation: PluginOperation): string[] {
  const { properties = {}, required = [] } = inputSchema(operation.input, '3.1.0') as {
    properties?: Record<string, JsonSchema>
    required?: string[]
  }
  return Object.entries(properties).map(([name, schema]) => {
    const need = required.includes(name) ? 'required' : 'optional'
    const standard = schema.default === undefined ? '' : `, by default ${JSON.stringify(schema.default)}`
    return `- \`${name}\` (${need}, ${kind(schema)}${standard}): ${String(schema.description)}`
  })
}

function kind(schema: JsonSchema): string {
  if (Array.isArray(schema.enum)) return `one of ${schema.enum.map((value) => JSON.stringify(value)).join(', ')}`
  if (schema.const !== undefined) return `always ${JSON.stringify(schema.const)}`
  switch (schema.type) {
    case 'array':
      return `a list of at most ${schema.maxItems}, each ${kind(schema.items as JsonSchema)}`
    case 'string':
      if (typeof schema.format === 'string') return `text in the format ${schema.format}`
      return schema.maxLength === undefined ? 'text' : `text of at most ${schema.maxLength} characters`
    case 'boolean':
      return 'true or false'
    default:
      return `${schema.type === 'integer' ? 'a whole number' : 'a number'}${range(schema)}`
  }
}

function range({ minimum, maximum }: JsonSchema): string {
  if (minimum === undefined) return maximum === undefined ? '' : ` up to ${maximum}`
  return maximum === undefined ? ` from ${minimum}` : ` from ${minimum} to ${maximum}`
}
