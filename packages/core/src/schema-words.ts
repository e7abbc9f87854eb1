import type { JsonSchema } from './schema.ts'

/** What kind of value an input takes, for people and models: "text of at most 100 characters". */
export function kind(schema: JsonSchema): string {
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
