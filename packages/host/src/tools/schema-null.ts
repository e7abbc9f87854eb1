import type { Schema } from '@reference-plugins/reader'

/** What a model sends for null where null itself means that the input is left out. */
export const explicitNull = 'SET TO NULL'

export const allowsNull = (schema: Schema): boolean =>
  Array.isArray(schema.anyOf) && (schema.anyOf as Schema[]).some(({ type }) => type === 'null')

export function withoutNull(schema: Schema): Schema {
  if (!allowsNull(schema)) return schema
  const { anyOf, ...rest } = schema
  const left = (anyOf as Schema[]).filter(({ type }) => type !== 'null')
  if (left.length === 0) return { ...rest, type: 'null' }
  return left.length === 1 ? { ...left[0], ...rest } : { ...rest, anyOf: left }
}

/** The schema or null, in as few words as possible. */
export function optional(schema: Schema, keepsNull: boolean): Schema {
  const { description, ...rest } = schema
  const said = typeof description === 'string' ? { description } : {}
  const isShort = typeof rest.type === 'string' && rest.type !== 'object' && !keepsNull
  if (isShort && rest.enum === undefined)
    return { type: rest.type === 'null' ? 'null' : [rest.type, 'null'], ...said, ...without(rest, 'type') }
  const branches = Array.isArray(rest.anyOf) ? (rest.anyOf as Schema[]) : [rest]
  const more: Schema[] = keepsNull
    ? [{ type: 'string', enum: [explicitNull], description: 'Takes the value away. null leaves it as it is.' }]
    : []
  return { ...said, anyOf: [...branches, ...more, { type: 'null' }] }
}

const without = (schema: Schema, name: string): Schema =>
  Object.fromEntries(Object.entries(schema).filter(([one]) => one !== name))
