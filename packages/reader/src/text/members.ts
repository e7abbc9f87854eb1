import { isExactNumber, isNumber, isWholeNumber, numberText } from '../exact-json.ts'

/** A JSON object from outside: a JSON Schema, or another part of a document. */
export type Schema = { [member: string]: unknown }

/** Names that mean something to JavaScript itself; nothing from outside is kept under them. */
const refused = new Set(['__proto__', 'constructor', 'prototype'])

export const isRefusedName = (name: string): boolean => refused.has(name)

export const isObject = (value: unknown): value is Schema =>
  value !== null && typeof value === 'object' && !Array.isArray(value) && !isExactNumber(value)

/** An object, or an empty one in place of whatever else it is. */
export const objectOf = (value: unknown): Schema => (isObject(value) ? value : {})

export const listOfAny = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

/** A member of its own, never an inherited one. */
export const memberOf = (value: unknown, name: string): unknown =>
  isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined

/** Whether a value has a type of JSON Schema; true for a type that does not exist. */
export function isOfType(value: unknown, type: unknown): boolean {
  switch (type) {
    case 'null':
      return value === null
    case 'array':
      return Array.isArray(value)
    case 'object':
      return isObject(value)
    case 'integer':
      return isExactNumber(value) ? isWholeNumber(value) : Number.isInteger(value)
    case 'number':
      return isExactNumber(value) || Number.isFinite(value)
    case 'string':
    case 'boolean':
      return typeof value === type
    default:
      return true
  }
}

/** Whether a schema in the form of `flat` accepts every value. */
export const acceptsAnything = (schema: Schema): boolean => !['type', 'enum', 'anyOf'].some((word) => word in schema)

/** The schemas of `anyOf`, or the schema itself where it has none. */
export const formsOf = (schema: Schema): Schema[] =>
  Array.isArray(schema.anyOf) ? (schema.anyOf as Schema[]) : [schema]

export const without = (schema: Schema, ...names: string[]): Schema =>
  Object.fromEntries(Object.entries(schema).filter(([name]) => !names.includes(name)))

/** The pairs of an object, without those that nothing may be called. */
export const pairsOf = (value: unknown): [name: string, value: unknown][] =>
  Object.entries(objectOf(value)).filter(([name]) => !refused.has(name))

/** A step down in a JSON pointer. */
export const step = (pointer: string, name: string | number): string =>
  `${pointer}/${String(name).slice(0, 200).replaceAll('~', '~0').replaceAll('/', '~1')}`

/** `true`, or what people write for it. */
export const isTrue = (value: unknown): boolean =>
  value === true || (typeof value === 'string' && /^\s*(true|yes)\s*$/i.test(value))

/** A text, or a number as one; empty for everything else, which could fail to become a text. */
export const wordOf = (value: unknown): string =>
  typeof value === 'string' ? value.trim().slice(0, 1_000) : isNumber(value) ? numberText(value) : ''
