import { asArray, asObject, type Schema } from '../../spec/spec.ts'

/** Whose members are schemas by name, and not a schema. */
const named = ['properties', 'patternProperties', 'definitions', '$defs', 'dependentSchemas', 'dependencies']
/** Whose value is no schema, whatever it looks like. */
const data = ['const', 'enum', 'default', 'example', 'examples', 'required', 'dependentRequired']

/**
 * A schema of any dialect of JSON Schema in that of 2020-12, which MCP means where `$schema` is missing. Most SDKs write
 * draft-07.
 */
export function toCurrentDialect(schema: Schema): Schema {
  const { $schema, ...rest } = schema
  const isOld = /draft-0?[3-7]/.test(String($schema ?? ''))
  return isOld ? asObject(translate(rest)) : rest
}

function translate(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(translate)
  if (node === null || typeof node !== 'object') return node
  const found: Schema = {}
  for (const [word, value] of Object.entries(node)) {
    if (data.includes(word)) found[word] = value
    else if (word === 'dependencies')
      for (const [name, one] of Object.entries(asObject(value))) {
        const target = Array.isArray(one) ? 'dependentRequired' : 'dependentSchemas'
        found[target] = { ...asObject(found[target]), [name]: Array.isArray(one) ? one : translate(one) }
      }
    else if (named.includes(word))
      found[word] = Object.fromEntries(Object.entries(asObject(value)).map(([name, one]) => [name, translate(one)]))
    else if (word === 'items' && Array.isArray(value)) found.prefixItems = value.map(translate)
    else if (word === 'additionalItems') {
      if (Array.isArray(asObject(node).items)) found.items = translate(value)
    } else if (word === 'exclusiveMinimum' && value === true) found.exclusiveMinimum = asObject(node).minimum
    else if (word === 'exclusiveMaximum' && value === true) found.exclusiveMaximum = asObject(node).maximum
    else if (typeof value !== 'boolean' || !/^exclusive/.test(word)) found[word] = translate(value)
  }
  // Before 2019, only the reference counts.
  return typeof found.$ref === 'string' && asArray(found.allOf).length === 0 ? { $ref: found.$ref } : found
}
