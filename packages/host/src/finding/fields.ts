import { type DocumentOperation, formsOf, listOfAny, objectOf, pairsOf, type Schema } from '@reference-plugins/reader'
import { parseExact, parseNumber } from '@reference-plugins/reader/exact-json'

/** An input of an operation that a text can state. */
export interface Field {
  name: string
  /** Without its null form. */
  schema: Schema
  isRequired: boolean
}

/** The inputs of an operation, without its files. */
export function fieldsOf({ input, target }: DocumentOperation): Field[] {
  const files = new Set(target.kind === 'http' ? target.fields.filter(({ file }) => file).map(({ name }) => name) : [])
  const required = new Set(listOfAny(input.required))
  return pairsOf(input.properties)
    .filter(([name]) => !files.has(name))
    .map(([name, schema]) => ({ name, schema: withoutNull(objectOf(schema)), isRequired: required.has(name) }))
}

/** The schema of a value, or of each item of a list. */
export const itemOf = ({ schema }: Field): Schema => (schema.type === 'array' ? objectOf(schema.items) : schema)

export const isNumeric = ({ schema }: Field): boolean => schema.type === 'number' || schema.type === 'integer'

/** Whether it is a text in the words of the user: any text of the right length, and not who or which one is meant. */
export const isFreeText = ({ name, schema }: Field): boolean =>
  schema.type === 'string' && !['enum', 'pattern', 'format'].some((word) => word in schema) && !isIdentifier(name)

const identifiers =
  /(^|_)(user|username|user_name|login|owner|account|email|phone|key|token|password|secret|code|handle)$/
const references = /(^|_)(ids?|idx|index|uuid|slug)$/

const isIdentifier = (name: string): boolean => identifiers.test(snakeCase(name)) || isReference(name)

/** Whether it is which one is meant, which another operation has answered. */
export const isReference = (name: string): boolean => references.test(snakeCase(name))

const snakeCase = (name: string): string =>
  name
    .replaceAll(/([\p{Ll}\d])(\p{Lu})/gu, '$1_$2')
    .replaceAll('-', '_')
    .toLowerCase()

/** What was written for an input, in its type; undefined if it is no value of that type. */
export function readValue(field: Field, text: string): unknown {
  const { schema } = field
  if (schema.type === 'number' || schema.type === 'integer') return parseNumber(text)
  if (schema.type === 'boolean') return /^(true|false)$/i.test(text) ? text.toLowerCase() === 'true' : undefined
  if (schema.type === 'string') return text
  try {
    return parseExact(text)
  } catch {
    return schema.type === 'array' && itemOf(field).type === 'string'
      ? text.split(',').map((one) => one.trim())
      : undefined
  }
}

function withoutNull(schema: Schema): Schema {
  const forms = formsOf(schema).filter(({ type }) => type !== 'null')
  return forms.length === 1 ? (forms[0] as Schema) : schema
}
