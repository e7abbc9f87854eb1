import { formsOf, type Schema, without } from '@reference-plugins/reader'

/** What a model sends for null where null itself means that the input is left out. */
export const explicitNull = 'SET TO NULL'

export const allowsNull = (schema: Schema): boolean =>
  'anyOf' in schema && formsOf(schema).some(({ type }) => type === 'null')

export function withoutNull(schema: Schema): Schema {
  if (!allowsNull(schema)) return schema
  const rest = without(schema, 'anyOf')
  const left = formsOf(schema).filter(({ type }) => type !== 'null')
  if (left.length === 0) return { ...rest, type: 'null' }
  return left.length === 1 ? { ...left[0], ...rest } : { ...rest, anyOf: left }
}

/** The schema or null, in as few words as possible. */
export function optional(schema: Schema, keepsNull: boolean): Schema {
  const { description, ...rest } = schema
  const said = typeof description === 'string' ? { description } : {}
  const { type } = rest
  if (typeof type === 'string' && type !== 'object' && !keepsNull && rest.enum === undefined)
    return { type: type === 'null' ? 'null' : [type, 'null'], ...said, ...without(rest, 'type') }
  const more: Schema[] = keepsNull
    ? [{ type: 'string', enum: [explicitNull], description: 'Takes the value away. null leaves it as it is.' }]
    : []
  return { ...said, anyOf: [...formsOf(rest), ...more, { type: 'null' }] }
}
