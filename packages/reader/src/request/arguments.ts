import {
  compareNumbers,
  isExactNumber,
  isNumber,
  isSameValue,
  numberText,
  parseExact,
  parseNumber,
} from '../exact-json.ts'
import { matches } from '../flat/pattern.ts'
import type { DocumentOperation } from '../plugin-document.ts'
import {
  acceptsAnything,
  formsOf,
  isObject,
  isOfType,
  listOfAny,
  memberOf,
  objectOf,
  pairsOf,
  type Schema,
} from '../text/members.ts'
import { jsonOf, listOf, quote } from '../text/plain-text.ts'
import { isDataUrl } from './file.ts'
import { textOf } from './styles.ts'

export interface CheckedArguments {
  /** As they are sent: "5" has become 5 where a number is expected. */
  arguments: Record<string, unknown>
  /** What is wrong, in sentences for the model; empty where the operation can be called. */
  faults: string[]
}

const mostFaults = 20
const longest = 100_000
const deepest = 40

/** Checks the arguments of a model against the input of the operation, and corrects what can only be meant in one way. */
export function checkArguments(operation: DocumentOperation, given: unknown): CheckedArguments {
  const value = given ?? {}
  const refused = (fault: string): CheckedArguments => ({ arguments: {}, faults: [fault] })
  if (!isObject(value)) return refused('The input must be an object with one member for each input.')
  const size = jsonOf(withoutFiles(operation, value))?.length
  if (size === undefined) return refused('The input is nested too deeply.')
  if (size > longest)
    return refused(`The input has ${size} characters; at most ${longest} can be sent. Send less at a time.`)
  const faults: string[] = []
  const checked = objectOf(check({ ...operation.input, type: 'object' }, value, '', faults, 1))
  if (operation.target.kind === 'http')
    for (const { name, place } of operation.target.fields)
      if (place === 'path' && ['', '.', '..'].includes(textOf(checked[name] ?? 'x')))
        faults.push(`${quote(name)} must not be ${quote(checked[name])}, because it is part of the URL.`)
  return { arguments: checked, faults: faults.slice(0, mostFaults) }
}

/** The files in base64 have a limit where they are read. */
function withoutFiles({ target }: DocumentOperation, given: Record<string, unknown>): Record<string, unknown> {
  const names = target.kind === 'http' ? target.fields.filter(({ file }) => file).map(({ name }) => name) : []
  const kept = (value: unknown) => (isDataUrl(value) ? '' : value)
  const entries = names.map((name) => [name, memberOf(given, name)] as const).filter(([, value]) => value !== undefined)
  return {
    ...given,
    ...Object.fromEntries(entries.map(([name, value]) => [name, Array.isArray(value) ? value.map(kept) : kept(value)])),
  }
}

function check(schema: Schema, given: unknown, place: string, faults: string[], depth: number): unknown {
  if (depth > deepest || faults.length >= mostFaults) return given
  if (Array.isArray(schema.anyOf)) return checkForms(schema.anyOf as Schema[], given, place, faults, depth)
  const value = coerced(schema, given)
  if (!isOfType(value, schema.type)) {
    faults.push(`${named(place)} must be ${types[String(schema.type)]}, not ${shown(given)}.`)
    return value
  }
  if (Array.isArray(schema.enum) && !schema.enum.some((one) => isSameValue(one, value))) {
    const values = schema.enum.map((one) => JSON.stringify(one))
    faults.push(`${named(place)} must be one of ${listOf(values, 20)}, not ${shown(given)}.`)
    return value
  }
  for (const fault of limitFaults(schema, value)) faults.push(`${named(place)} ${fault}.`)
  if (Array.isArray(value)) return checkItems(schema, value, place, faults, depth)
  if (isObject(value) && schema.type === 'object') return checkMembers(schema, value, place, faults, depth)
  return value
}

function checkForms(forms: Schema[], given: unknown, place: string, faults: string[], depth: number): unknown {
  let best: { value: unknown; faults: string[] } | undefined
  for (const form of forms) {
    const own: string[] = []
    const value = check(form, given, place, own, depth + 1)
    // A form that accepts the value unchanged comes before one that changes it.
    if (own.length === 0 && isUnchanged(value, given)) return value
    if (!best || own.length < best.faults.length) best = { value, faults: own }
  }
  faults.push(...(best?.faults.slice(0, 3) ?? []))
  return best ? best.value : given
}

/** A list or object is checked as a copy. */
const isUnchanged = (value: unknown, given: unknown): boolean =>
  value === given || (typeof value === 'object' && value !== null && JSON.stringify(value) === JSON.stringify(given))

function checkItems(schema: Schema, list: unknown[], place: string, faults: string[], depth: number): unknown[] {
  const items = objectOf(schema.items)
  const checked = list.map((one, index) => check(items, one, `${place}[${index}]`, faults, depth + 1))
  if (schema.uniqueItems === true && new Set(checked.map((one) => JSON.stringify(one))).size < checked.length)
    faults.push(`${named(place)} must not contain the same item twice.`)
  return checked
}

function checkMembers(schema: Schema, value: Schema, place: string, faults: string[], depth: number): Schema {
  const properties = new Map(pairsOf(schema.properties))
  const required = listOfAny(schema.required).filter((name) => typeof name === 'string')
  const open = schema.additionalProperties
  const isOpen = properties.size === 0 ? open !== false && place !== '' : isObject(open)
  const checked: [string, unknown][] = []
  const unknown: string[] = []
  for (const [name, one] of pairsOf(value)) {
    const at = place === '' ? name : `${place}.${name}`
    const property = properties.get(name)
    if (property === undefined) {
      if (isOpen) checked.push([name, check(objectOf(open), one, at, faults, depth + 1)])
      else unknown.push(name)
      continue
    }
    // Strict function calling sends null for an input that is left out.
    if ((one === null || one === undefined) && !required.includes(name) && !allowsNull(objectOf(property))) continue
    checked.push([name, check(objectOf(property), one, at, faults, depth + 1)])
  }
  for (const name of required)
    if (!Object.hasOwn(value, name)) faults.push(`${quote(place === '' ? name : `${place}.${name}`)} is missing.`)
  if (unknown.length > 0)
    faults.push(
      `${listOf(unknown.map((name) => quote(name)))} ${unknown.length === 1 ? 'does' : 'do'} not exist${place === '' ? '' : ` in ${quote(place)}`}; use ${listOf(
        [...properties.keys()].map((name) => quote(name)),
        20,
      )}.`,
    )
  return Object.fromEntries(checked)
}

const allowsNull = (schema: Schema): boolean =>
  acceptsAnything(schema) || formsOf(schema).some(({ type }) => type === 'null')

const zeros = /^(-?\d+)\.0+$/

/** The value that was meant, where there is only one. */
function coerced(schema: Schema, given: unknown): unknown {
  const { type } = schema
  if (type === 'integer' && isExactNumber(given) && zeros.test(given.rawJSON)) return coerced(schema, given.rawJSON)
  if (type === 'integer' && typeof given === 'string') return parseNumber(given.trim().replace(zeros, '$1')) ?? given
  if (type === 'number' && typeof given === 'string') return parseNumber(given.trim()) ?? given
  if (type === 'boolean' && (given === 'true' || given === 'false')) return given === 'true'
  if (type === 'string') {
    if (typeof given === 'boolean' || isOfType(given, 'number')) return textOf(given)
    if (typeof given === 'string' && Array.isArray(schema.enum) && !schema.enum.includes(given)) {
      const alike = schema.enum.filter(
        (one) => typeof one === 'string' && one.toLowerCase() === given.trim().toLowerCase(),
      )
      if (alike.length === 1) return alike[0]
    }
  }
  if ((type === 'array' || type === 'object') && typeof given === 'string' && /^\s*[[{]/.test(given)) {
    try {
      const value = parseExact(given)
      if (type === 'array' ? Array.isArray(value) : isObject(value)) return value
    } catch {
      // It is reported as the string that it is.
    }
  }
  if (type === 'array' && given !== null && !Array.isArray(given) && given !== undefined) {
    const items = objectOf(schema.items)
    if (typeof items.type === 'string' && isOfType(coerced(items, given), items.type)) return [given]
  }
  return given
}

const types: Record<string, string> = {
  string: 'a string',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  null: 'null',
}

function* limitFaults(schema: Schema, value: unknown): Generator<string> {
  const limit = (word: string, otherwise: number): number =>
    typeof schema[word] === 'number' ? schema[word] : otherwise
  if (isNumber(value)) {
    const found = numberText(value)
    const over = (word: string, sign: 1 | -1): number =>
      typeof schema[word] === 'number' ? sign * compareNumbers(value, schema[word]) : -1
    if (over('minimum', -1) > 0) yield `must be at least ${schema.minimum}, not ${found}`
    if (over('maximum', 1) > 0) yield `must be at most ${schema.maximum}, not ${found}`
    if (over('exclusiveMinimum', -1) >= 0) yield `must be more than ${schema.exclusiveMinimum}, not ${found}`
    if (over('exclusiveMaximum', 1) >= 0) yield `must be less than ${schema.exclusiveMaximum}, not ${found}`
    const multiple = limit('multipleOf', 0)
    const times = Number(found) / multiple
    // 0.3 / 0.1 is 2.9999999999999996.
    if (multiple > 0 && Math.abs(times - Math.round(times)) > 1e-9 * Math.max(1, Math.abs(times)))
      yield `must be a multiple of ${multiple}, not ${found}`
  } else if (typeof value === 'string' || Array.isArray(value)) {
    const unit = typeof value === 'string' ? 'characters' : 'items'
    const count = [...value].length
    const [least, most] = unit === 'items' ? ['minItems', 'maxItems'] : ['minLength', 'maxLength']
    if (count < limit(least, 0)) yield `must have at least ${limit(least, 0)} ${unit}, not ${count}`
    if (count > limit(most, count)) yield `must have at most ${limit(most, count)} ${unit}, not ${count}`
  }
  const { pattern } = schema
  if (typeof value === 'string' && typeof pattern === 'string' && !matches(pattern, value))
    yield `must match the pattern ${quote(pattern, 120)}`
}

const named = (place: string): string => (place === '' ? 'The input' : quote(place, 120))
const shown = (value: unknown): string => quote(value, 60)
