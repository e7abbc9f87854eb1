import { asArray, asObject, type Schema } from '../spec/spec.ts'
import { isSettable, memberSchema, typeOf } from './forms.ts'
import { isExact } from './numbers.ts'
import { nothing, type Part } from './parts.ts'

export interface Broken {
  /** The keyword that is violated. */
  word: string
  /** What the part becomes, or one member of it. */
  value: unknown
  /** The member that is left out or added. */
  member?: string
  /**
   * Why some servers accept it and harm nobody: they turn a value into the type that is wanted, they take null as
   * missing, they drop a member that they do not know, or they take `format` as a comment, as JSON Schema allows.
   */
  excuse?: 'converted' | 'dropped' | 'format'
}

const longest = 100_000
/** By it a server shows that it has kept what it should not. */
export const extraText = 'contractextra'

/** What breaks one keyword of a part each, the smallest case first. Some may be valid after all: the schema decides. */
export function brokenValues({ form, value, isRequired }: Part): Broken[] {
  const found: Broken[] = []
  const add = (word: string, ...values: unknown[]) => {
    for (const one of values) found.push({ word, value: one })
  }
  const type = typeOf(form)
  if (form.type !== undefined) addTypes(type, isRequired, found)
  if (form.enum !== undefined || form.const !== undefined)
    add(form.enum ? 'enum' : 'const', typeof value === 'number' ? 987_654_321 : 'not-one-of-them')
  else if (type === 'string') addTexts(form, found)
  else if (type === 'integer' || type === 'number') addNumbers(form, found)
  else if (type === 'array') addLists(form, value, found)
  if (type === 'object' || form.properties) addMembers(form, value, found)
  return found.filter((one) => isExact(one.value))
}

/** Values of another type that no server can convert, and one that some do. */
function addTypes(type: string | undefined, isRequired: boolean, found: Broken[]): void {
  const plain: Record<string, unknown[]> = {
    string: [{ a: 1 }],
    integer: ['text', 1.5],
    number: ['text'],
    boolean: ['text'],
    array: [{ a: 1 }],
    object: ['text'],
  }
  const convertible: Record<string, unknown[]> = {
    string: [1.5],
    integer: [true],
    number: [true],
    boolean: [7],
    array: ['text'],
  }
  const isSimple = type !== 'object' && type !== 'array'
  for (const value of plain[type ?? ''] ?? []) found.push({ word: 'type', value })
  for (const value of convertible[type ?? ''] ?? []) found.push({ word: 'type', value, excuse: 'converted' })
  // Assistants say null for an optional value that is left out, and many servers take it so.
  if (isRequired) found.push({ word: 'type', value: null, ...(isSimple && { excuse: 'converted' }) })
}

function addTexts({ minLength, maxLength, pattern, format }: Schema, found: Broken[]): void {
  const add = (word: string, ...values: string[]) => {
    for (const value of values) found.push({ word, value })
  }
  if (typeof minLength === 'number' && minLength > 0) add('minLength', 'x'.repeat(minLength - 1))
  if (typeof maxLength === 'number') add('maxLength', 'x'.repeat(Math.min(maxLength + 1, longest)))
  if (typeof pattern === 'string') add('pattern', '!', 'x y', 'not what the pattern wants', '')
  if (typeof format === 'string')
    for (const value of ['not a format', '99']) found.push({ word: 'format', value, excuse: 'format' })
}

function addNumbers(form: Schema, found: Broken[]): void {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, format } = form
  const add = (word: string, value: number) => found.push({ word, value })
  const step = typeof multipleOf === 'number' ? multipleOf : 1
  if (typeof exclusiveMinimum === 'number') add('exclusiveMinimum', exclusiveMinimum)
  if (typeof exclusiveMaximum === 'number') add('exclusiveMaximum', exclusiveMaximum)
  if (typeof minimum === 'number') {
    if (exclusiveMinimum === true) add('exclusiveMinimum', minimum)
    add('minimum', minimum - step)
  }
  if (typeof maximum === 'number') {
    if (exclusiveMaximum === true) add('exclusiveMaximum', maximum)
    add('maximum', maximum + step)
  }
  if (typeof multipleOf === 'number')
    add('multipleOf', Number(((Number(minimum ?? 0) || 1) * multipleOf + multipleOf / 2).toPrecision(12)))
  if (format === 'int32') add('format', 2 ** 31)
}

function addLists(form: Schema, value: unknown, found: Broken[]): void {
  const { minItems, maxItems, uniqueItems } = form
  const list = asArray(value)
  const [item] = list
  const add = (word: string, value: unknown) => found.push({ word, value })
  if (typeof minItems === 'number' && minItems > 0) add('minItems', list.slice(0, minItems - 1))
  if (item === undefined) return
  if (typeof maxItems === 'number') {
    const length = Math.min(maxItems + 1, 2_000)
    add('maxItems', uniqueItems === true ? different(item, length) : Array.from({ length }, () => item))
  }
  if (uniqueItems === true) add('uniqueItems', [...list.slice(0, Math.max(1, Number(maxItems ?? 2) - 1)), item])
}

const different = (item: unknown, length: number): unknown[] =>
  Array.from({ length }, (_, index) =>
    typeof item === 'number' ? item + index : typeof item === 'string' ? `${item}${index}` : item,
  )

const samples: Record<string, unknown> = { string: 'x', integer: 1, number: 1, boolean: true }

function addMembers(form: Schema, value: unknown, found: Broken[]): void {
  const members = asObject(value)
  for (const name of asArray(form.required).map(String)) {
    const schema = memberSchema(form, name)
    // A server may fill in what it knows.
    if (!Object.hasOwn(members, name) || !isSettable(schema) || schema.default !== undefined) continue
    found.push({ word: 'required', value: nothing, member: name })
  }
  if (form.additionalProperties === false || form.unevaluatedProperties === false)
    found.push({ word: 'additionalProperties', value: extraText, member: 'notDescribed', excuse: 'dropped' })
  const { minProperties, maxProperties } = form
  const extra = asObject(form.additionalProperties)
  const sample = Object.values(members)[0] ?? samples[String(extra.type)]
  if (typeof minProperties === 'number' && minProperties > 0)
    found.push({
      word: 'minProperties',
      value: Object.fromEntries(Object.entries(members).slice(0, minProperties - 1)),
    })
  if (typeof maxProperties === 'number' && sample !== undefined && maxProperties < 100) {
    const more = Array.from({ length: maxProperties + 1 }, (_, index) => [`extra${index}`, sample])
    found.push({ word: 'maxProperties', value: { ...members, ...Object.fromEntries(more) } })
  }
  for (const [name, needed] of Object.entries(asObject(form.dependentRequired)))
    for (const one of asArray(needed).map(String))
      if (Object.hasOwn(members, name) && Object.hasOwn(members, one))
        found.push({ word: 'dependentRequired', value: nothing, member: one })
  if (typeof extra.type === 'string')
    found.push({
      word: 'additionalProperties',
      value: extra.type === 'object' ? 'text' : { a: 1 },
      member: 'notDescribed',
    })
}
