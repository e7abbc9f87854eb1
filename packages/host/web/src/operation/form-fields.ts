import { isNumber, numberText, parseExact, parseNumber } from '@reference-plugins/reader/exact-json'
import { toSentences } from '../../../src/sentences.ts'
import type { Schema } from '../../../src/wire.ts'
import { toJson } from '../parts/json.ts'

export interface FormField {
  name: string
  kind: 'text' | 'number' | 'choice' | 'list' | 'json' | 'file'
  description: string
  isRequired: boolean
  /** The options of a choice: true and false for a boolean. */
  choices: unknown[]
  isLong: boolean
  example: string | undefined
  schema: Schema
}

/** The fields of a form for the flat input of an operation. The user writes nested values as JSON. */
export function fieldsOf(input: Schema, files: readonly string[] = []): FormField[] {
  const required = Array.isArray(input.required) ? (input.required as string[]) : []
  return Object.entries((input.properties ?? {}) as Record<string, Schema>).map(([name, given]) => {
    const schema = withoutNull(given)
    const choices: unknown[] = Array.isArray(schema.enum) ? schema.enum : schema.type === 'boolean' ? [true, false] : []
    return {
      name,
      kind: files.includes(name) ? 'file' : choices.length > 0 ? 'choice' : kindOf(schema),
      description: toSentences([String(given.description ?? ''), limits(schema)]),
      isRequired: required.includes(name),
      choices,
      isLong: typeof schema.maxLength === 'number' && schema.maxLength > 300,
      example: schema.default === undefined ? undefined : textOf(schema.default),
      schema,
    }
  })
}

/** The schema without its null option: an empty field is not sent. */
function withoutNull(schema: Schema): Schema {
  const options = Array.isArray(schema.anyOf) ? (schema.anyOf as Schema[]).filter(({ type }) => type !== 'null') : []
  return options.length === 1 ? { ...options[0], description: schema.description } : schema
}

function kindOf({ type, items }: Schema): FormField['kind'] {
  if (type === 'string') return 'text'
  if (type === 'number' || type === 'integer') return 'number'
  const inner = (items as Schema | undefined)?.type
  if (type === 'array' && (inner === 'string' || inner === 'number' || inner === 'integer')) return 'list'
  return 'json'
}

function limits({ minimum, maximum, minLength, maxLength, maxItems, format }: Schema): string {
  const parts = []
  if (minimum !== undefined && maximum !== undefined) parts.push(`${minimum} to ${maximum}`)
  else if (minimum !== undefined) parts.push(`at least ${minimum}`)
  else if (maximum !== undefined && Number(maximum) < 2 ** 53 - 1) parts.push(`at most ${maximum}`)
  if (maxLength !== undefined) parts.push(`up to ${maxLength} characters`)
  else if (Number(minLength) > 1) parts.push(`at least ${minLength} characters`)
  if (maxItems !== undefined) parts.push(`up to ${maxItems} items`)
  if (typeof format === 'string' && format !== 'binary') parts.push(format)
  const text = parts.join(', ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

interface ReadForm {
  arguments: Record<string, unknown>
  /** Messages by field name. */
  faults: Record<string, string>
}

/**
 * The typed values as arguments. An empty field is not sent.
 * @param files data URLs by field name
 */
export function readForm(
  fields: FormField[],
  values: Record<string, string>,
  files: Record<string, string[]> = {},
): ReadForm {
  const read: ReadForm = { arguments: {}, faults: {} }
  for (const field of fields) {
    const chosen = files[field.name]
    if (chosen) {
      read.arguments[field.name] = field.schema.type === 'array' ? chosen : chosen[0]
      continue
    }
    const text = values[field.name] ?? ''
    if (text === '') {
      if (field.isRequired) read.faults[field.name] = 'This field is required'
      continue
    }
    const value = readValue(field, text)
    if (value instanceof Error) read.faults[field.name] = value.message
    else read.arguments[field.name] = value
  }
  return read
}

function readValue({ kind, choices, schema }: FormField, text: string): unknown {
  if (kind === 'text') return text
  if (kind === 'number') return readNumber(text) ?? new Error('Enter a number')
  if (kind === 'choice') return choices.find((one) => textOf(one) === text)
  if (kind === 'list') {
    const lines = text.split('\n').filter((line) => line.trim() !== '')
    const isNumber = (schema.items as Schema).type !== 'string'
    if (!isNumber) return lines.map((line) => line.trim())
    const numbers = lines.map(readNumber)
    return numbers.includes(undefined) ? new Error('Enter one number per line') : numbers
  }
  try {
    return parseExact(text)
  } catch (error) {
    return new Error(`Enter valid JSON: ${(error as Error).message}`)
  }
}

/** A number as JSON writes it, of any length, or a short one in another form: +5, .5, 0x10. */
const readNumber = (text: string): ReturnType<typeof parseNumber> => {
  const number = parseNumber(text.trim())
  return number === undefined && text.length < 16 && Number.isFinite(Number(text)) ? Number(text) : number
}

/** A choice or a default as the form shows it. */
export const textOf = (value: unknown): string => (isNumber(value) ? numberText(value) : String(value))

/** An argument as the field shows it, so that reading the form gives the same argument. */
export function fieldText({ kind }: FormField, value: unknown): string {
  if (kind === 'json') return toJson(value)
  return kind === 'list' && Array.isArray(value) ? value.map(textOf).join('\n') : textOf(value)
}
