import { listOfAny, objectOf, type Schema } from '../text/members.ts'

/**
 * The words of JSON Schema that a model API supports in strict mode, where its model cannot deviate from the schema.
 * Optional inputs are not a fault: they become required inputs that may be null, as in the SDKs.
 */
export interface StrictSubset {
  /** Supported words, beside those of the structure. */
  words: readonly string[]
  formats: readonly string[]
}

/** platform.openai.com/docs/guides/structured-outputs, supported schemas. */
export const openai: StrictSubset = {
  words: 'pattern format minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minItems maxItems'.split(' '),
  formats: 'date-time time date duration email hostname ipv4 ipv6 uuid'.split(' '),
}

/** platform.claude.com/docs, structured outputs, JSON Schema limitations. */
export const anthropic: StrictSubset = {
  words: ['format'],
  formats: 'date-time time date duration email hostname uri ipv4 ipv6 uuid'.split(' '),
}

/** Words that each such API reads or ignores. */
const harmless = [
  ...'type properties required items enum const anyOf oneOf additionalProperties nullable'.split(' '),
  ...'description title example examples deprecated'.split(' '),
]
/** Words that cannot be replaced by others. */
const irreplaceable = 'not if allOf patternProperties prefixItems dependentSchemas $ref $dynamicRef contains'.split(' ')
const deepest = 10

export interface StrictFaults {
  /** Why the API refuses the schema. */
  refused: string[]
  /** Words that are removed before it is sent, so that only the server checks them. */
  lost: string[]
}

export function strictFaults(schema: Schema, subset: StrictSubset): StrictFaults {
  const faults: StrictFaults = { refused: [], lost: [] }
  walk(schema, '', 1, subset, faults)
  return faults
}

function walk(node: unknown, place: string, depth: number, subset: StrictSubset, faults: StrictFaults): void {
  const schema = objectOf(node)
  const at = place || 'the input'
  if (depth > deepest) return void faults.refused.push(`${at} is more than ${deepest} deep`)
  for (const word of Object.keys(schema)) {
    if (irreplaceable.includes(word)) faults.refused.push(`${at} uses ${word}`)
    else if (![...harmless, ...subset.words].includes(word) && !word.startsWith('x-'))
      faults.lost.push(`${word} of ${at}`)
  }
  const { type, items, properties, additionalProperties, format } = schema
  if (typeof format === 'string' && !subset.formats.includes(format)) faults.lost.push(`the format ${format} of ${at}`)
  if (type === undefined && !schema.enum && !schema.const && !schema.anyOf && !schema.oneOf && !properties)
    faults.refused.push(`${at} has no type`)
  if (type === 'array' && !items) faults.refused.push(`the items of ${at} are not described`)
  // A map cannot be closed: its property names are unknown.
  if (type === 'object' && (!properties || typeof additionalProperties === 'object'))
    faults.refused.push(`${at} is an object with arbitrary property names`)
  for (const [name, one] of Object.entries(objectOf(properties)))
    walk(one, place ? `${place}.${name}` : name, depth + 1, subset, faults)
  if (items) walk(items, `${at}[]`, depth + 1, subset, faults)
  for (const one of [...listOfAny(schema.anyOf), ...listOfAny(schema.oneOf)]) walk(one, at, depth + 1, subset, faults)
}
