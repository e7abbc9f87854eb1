import type { References } from '../openapi/references.ts'
import type { Schema } from '../text/members.ts'
import {
  isObject,
  isRefusedName,
  isTrue,
  listOfAny,
  memberOf,
  objectOf,
  pairsOf,
  step,
  wordOf,
} from '../text/members.ts'
import { hasInvisible, listOf, plainText, quote } from '../text/plain-text.ts'
import type { Repairs } from '../text/repairs.ts'
import { isSafePattern } from './pattern.ts'
import { type TypeName, typeOf } from './schema-types.ts'

const deepest = 32
const mostNodes = 20_000
const mostNodesOfOperation = 4_000
const longestDescription = 700
const longestValue = 200
const mostValues = 1_000
const mostBranches = 20

export interface Simplified {
  /** Without null among its types. */
  schema: Schema
  isNullable: boolean
  /** `required: true` stood in the schema itself, where it says nothing. */
  isRequired: boolean
}

/**
 * Turns schemas from outside into a small form: `type` is one word; beside it stand `properties`, `required`,
 * `additionalProperties`, `items`, `enum`, `anyOf`, limits, `pattern`, `format`, `default` and `description`. No
 * references, no circles, at most 32 deep. What cannot be understood may be anything: `{}`.
 */
export class SchemaSimplifier {
  readonly #references: References
  readonly #repairs: Repairs
  /** Whether null is kept where an input may be left out: a PATCH tells the two apart. */
  #keepsNull = false
  #nodes = 0
  #operationNodes = 0

  constructor(references: References, repairs: Repairs) {
    this.#references = references
    this.#repairs = repairs
  }

  /** Each operation may be of a certain size, and all together. */
  beginOperation(keepsNull: boolean): void {
    this.#operationNodes = 0
    this.#keepsNull = keepsNull
  }

  simplify(node: unknown, pointer: string): Simplified {
    const simplified = this.#simplify(node, pointer, 1, [])
    return isOnlyNull(simplified.schema) ? { ...simplified, schema: {} } : simplified
  }

  /** The schema with null among what it allows, where it does. */
  whole(node: unknown, pointer: string): Schema {
    return withNull(this.simplify(node, pointer))
  }

  #simplify(node: unknown, pointer: string, depth: number, seen: readonly string[]): Simplified {
    if (++this.#nodes > mostNodes || ++this.#operationNodes > mostNodesOfOperation)
      return this.#anything(
        pointer,
        'The schemas grow beyond what a model can be told; what is over may be anything.',
        '',
      )
    if (depth > deepest) return this.#anything(pointer, `What is more than ${deepest} deep may be anything.`)
    if (typeof node === 'string') {
      this.#repairs.add(pointer, `The schema should be an object; ${quote(node)} is read as its type.`)
      return this.#simplify({ type: node }, pointer, depth + 1, seen)
    }
    if (!isObject(node)) return anything
    const { value, through } = this.#references.follow(node, pointer)
    const circle = through.find((one) => seen.includes(one))
    if (circle)
      return this.#anything(
        pointer,
        `The reference ${quote(circle)} leads into itself; the circle was cut there.`,
        circle,
      )
    if (!isObject(value)) return anything
    return this.#object(value, pointer, depth, [...seen, ...through])
  }

  #anything(pointer: string, message: string, place = pointer): Simplified {
    // One word for all the places of one circle.
    this.#repairs.add(place.startsWith('#') ? place.slice(1) : place, message)
    return anything
  }

  #object(given: Schema, pointer: string, depth: number, seen: readonly string[]): Simplified {
    const merged = Array.isArray(given.allOf) ? this.#merge(given, pointer, depth, seen) : { node: given, seen }
    const { node } = merged
    const base: Simplified = { ...this.#typed(node, pointer, depth, merged.seen), isRequired: node.required === true }
    if (base.isRequired)
      this.#repairs.add(
        step(pointer, 'required'),
        'required belongs to the object as a list of names; true was lifted there.',
      )
    const description = plainText(node.description, longestDescription)
    if (
      typeof node.description === 'string' &&
      description.endsWith('…') &&
      node.description.length > longestDescription
    )
      this.#repairs.add(step(pointer, 'description'), `The description was cut at ${longestDescription} characters.`)
    if (description !== '') base.schema = { description, ...without(base.schema, 'description') }
    return base
  }

  #typed(node: Schema, pointer: string, depth: number, seen: readonly string[]): Omit<Simplified, 'isRequired'> {
    const types = this.#types(node, pointer)
    let isNullable = isTrue(node.nullable) || isTrue(node['x-nullable']) || types.names.includes('null')
    const names = types.names.filter((name) => name !== 'null')
    const branches = [node.anyOf, node.oneOf].find((one) => Array.isArray(one) && one.length > 0)
    if (Array.isArray(branches) && !isObject(node.properties)) {
      const some = this.#branches(branches, node, pointer, depth, seen)
      return { schema: some.schema, isNullable: isNullable || some.isNullable }
    }
    if (types.names.length > 0 && names.length === 0) return { schema: onlyNull, isNullable: true }
    const values = this.#values(node, names, pointer)
    if (listOfAny(node.enum).includes(null)) isNullable = true
    if (names.length > 1) {
      const anyOf = names.map((type) => this.#single(type, {}, node, values.filter(ofType(type)), pointer, depth, seen))
      return { schema: { anyOf }, isNullable }
    }
    const type = names[0] ?? inferred(node, values)
    return { schema: this.#single(type, types.format, node, values, pointer, depth, seen), isNullable }
  }

  #types(node: Schema, pointer: string): { names: TypeName[]; format: Schema } {
    const names: TypeName[] = []
    let format: Schema = {}
    // `string | null`, as another language has it.
    const words = typeof node.type === 'string' ? node.type.split(/\s*(?:\|+|,|\bor\b)\s*/) : node.type
    for (const word of Array.isArray(words) ? words.slice(0, 10) : words === undefined ? [] : [words]) {
      if (word === null) {
        names.push('null')
        continue
      }
      const found = typeof word === 'string' ? typeOf(word) : undefined
      if (!found) this.#repairs.add(step(pointer, 'type'), `${quote(word)} is no type; anything is taken there.`)
      else {
        if (found.type !== word && found.type !== 'null')
          this.#repairs.add(step(pointer, 'type'), `The type ${quote(word)} is read as ${found.type}.`)
        if (found.type !== 'any' && !names.includes(found.type)) names.push(found.type)
        if (found.format) format = { format: found.format }
      }
    }
    // Every integer is a number.
    return { names: names.includes('number') ? names.filter((name) => name !== 'integer') : names, format }
  }

  #single(
    type: TypeName | undefined,
    format: Schema,
    node: Schema,
    values: unknown[],
    pointer: string,
    depth: number,
    seen: readonly string[],
  ): Schema {
    if (type === 'object') return this.#members(node, pointer, depth, seen)
    const schema: Schema = type === undefined ? {} : { type }
    if (values.length > 0) schema.enum = values
    if (type === 'array') {
      if (node.items === undefined)
        this.#repairs.add(pointer, 'The items of the list are not described; anything is taken there.')
      const items = Array.isArray(node.items) ? node.items[0] : node.items
      schema.items = withNull(this.#simplify(items, step(pointer, 'items'), depth + 1, seen))
      Object.assign(schema, counts(node, ['minItems', 'maxItems']), isTrue(node.uniqueItems) && { uniqueItems: true })
    } else if (type === 'string') Object.assign(schema, format, this.#textLimits(node, pointer))
    else if (type === 'number' || type === 'integer') Object.assign(schema, numberLimits(node))
    const preset = this.#value(node.default, type)
    if (preset !== undefined && (values.length === 0 || values.includes(preset))) schema.default = preset
    const example = this.#value(node.example ?? listOfAny(node.examples)[0], type)
    if (example !== undefined && values.length === 0) schema.examples = [example]
    return schema
  }

  #members(node: Schema, pointer: string, depth: number, seen: readonly string[]): Schema {
    const properties: [string, Schema][] = []
    const needed = new Set(listOfAny(typeof node.required === 'string' ? [node.required] : node.required))
    const place = step(pointer, 'properties')
    for (const name of Object.keys(objectOf(node.properties)).filter(isRefusedName))
      this.#repairs.add(place, `An input cannot be called ${name}; it was left out.`)
    for (const [name, one] of pairsOf(node.properties)) {
      const at = step(place, name)
      // What the server sets itself is no input.
      if (isTrue(memberOf(one, 'readOnly'))) continue
      if (name.length > longestValue) {
        this.#repairs.add(at, `A name of over ${longestValue} characters was left out.`)
        continue
      }
      const simplified = this.#simplify(one, at, depth + 1, seen)
      if (simplified.isRequired) needed.add(name)
      if (isOnlyNull(simplified.schema) && !needed.has(name)) continue
      const isOptional = !needed.has(name)
      properties.push([name, isOptional && !this.#keepsNull ? simplified.schema : withNull(simplified)])
    }
    const required = properties.map(([name]) => name).filter((name) => needed.has(name))
    const schema: Schema = { type: 'object' }
    if (properties.length > 0)
      Object.assign(schema, { properties: Object.fromEntries(properties) }, required.length > 0 && { required })
    else if (node.additionalProperties === false) Object.assign(schema, { properties: {} })
    const rest = node.additionalProperties
    if (isObject(rest) && Object.keys(rest).length > 0)
      schema.additionalProperties = withNull(
        this.#simplify(rest, step(pointer, 'additionalProperties'), depth + 1, seen),
      )
    else if (rest === false) schema.additionalProperties = false
    return schema
  }

  #branches(
    branches: unknown[],
    node: Schema,
    pointer: string,
    depth: number,
    seen: readonly string[],
  ): { schema: Schema; isNullable: boolean } {
    const schemas: Schema[] = []
    let isNullable = false
    if (branches.length > mostBranches)
      this.#repairs.add(pointer, `Of ${branches.length} forms the first ${mostBranches} were kept.`)
    branches.slice(0, mostBranches).forEach((branch, index) => {
      const shared = without(node, 'anyOf', 'oneOf', 'description', 'required', 'nullable', 'discriminator')
      // What stands beside the forms holds for each; a type there is often the only one.
      const whole = isObject(branch) && branch.$ref === undefined ? { ...shared, ...branch } : branch
      const simplified = this.#simplify(whole, step(step(pointer, 'anyOf'), index), depth + 1, seen)
      isNullable ||= simplified.isNullable
      if (isOnlyNull(simplified.schema)) return
      const text = JSON.stringify(simplified.schema)
      if (!schemas.some((one) => JSON.stringify(one) === text)) schemas.push(simplified.schema)
    })
    const flat = schemas.flatMap((one) => (Array.isArray(one.anyOf) ? (one.anyOf as Schema[]) : [one]))
    const first = flat[0]
    if (!first || flat.some((one) => Object.keys(without(one, 'description', 'default', 'examples')).length === 0))
      return { schema: first && flat.length === 1 ? first : {}, isNullable }
    const preset = this.#value(node.default, undefined)
    const schema = flat.length === 1 ? first : { anyOf: flat }
    return { schema: preset === undefined || 'default' in schema ? schema : { ...schema, default: preset }, isNullable }
  }

  /** One object in place of all that hold together. What two of them say of one thing is said by the first. */
  #merge(
    given: Schema,
    pointer: string,
    depth: number,
    seen: readonly string[],
  ): { node: Schema; seen: readonly string[] } {
    const through: string[] = [...seen]
    const parts: Schema[] = [without(given, 'allOf')]
    const collect = (list: unknown, place: string, level: number): void => {
      for (const [index, part] of listOfAny(list).slice(0, 50).entries()) {
        if (++this.#nodes > mostNodes || ++this.#operationNodes > mostNodesOfOperation || level > deepest) return
        const followed = this.#references.follow(part, step(place, index))
        if (!isObject(followed.value) || followed.through.some((one) => through.includes(one))) continue
        through.push(...followed.through)
        parts.push(without(followed.value, 'allOf'))
        if (Array.isArray(followed.value.allOf))
          collect(followed.value.allOf, step(step(place, index), 'allOf'), level + 1)
      }
    }
    collect(given.allOf, step(pointer, 'allOf'), depth)
    const node: Schema = {}
    const properties: [string, unknown][] = []
    const required: unknown[] = []
    for (const part of parts) {
      for (const [name, value] of pairsOf(part))
        if (!(name in node) && name !== 'properties' && name !== 'required') node[name] = value
      for (const [name, one] of pairsOf(part.properties))
        if (!properties.some(([known]) => known === name)) properties.push([name, one])
      required.push(...listOfAny(part.required))
    }
    if (properties.length > 0) Object.assign(node, { properties: Object.fromEntries(properties) })
    if (required.length > 0) node.required = required
    return { node, seen: through }
  }

  #values(node: Schema, types: TypeName[], pointer: string): unknown[] {
    if (node.const !== undefined && isPrimitive(node.const)) return [node.const]
    if (node.enum === undefined) return []
    const place = step(pointer, 'enum')
    if (!Array.isArray(node.enum) || node.enum.length > mostValues) {
      this.#repairs.add(place, `The values should be a list of at most ${mostValues}; they were left out.`)
      return []
    }
    const only = types.length === 1 ? types[0] : undefined
    const kept = new Set<unknown>()
    const odd: string[] = []
    for (const one of node.enum) {
      if (one === null) continue
      const value = fitValue(one, only)
      if (value === undefined || (only && !ofType(only)(value))) odd.push(quote(one, 30))
      else kept.add(value)
    }
    if (odd.length > 0) this.#repairs.add(place, `Values that cannot be chosen were left out: ${listOf(odd)}.`)
    return [...kept]
  }

  #textLimits(node: Schema, pointer: string): Schema {
    const limits = counts(node, ['minLength', 'maxLength'])
    if (typeof node.format === 'string' && /^[a-z][a-z\d-]{0,40}$/i.test(node.format)) limits.format = node.format
    if (node.pattern === undefined) return limits
    if (typeof node.pattern === 'string' && isSafePattern(node.pattern) && !hasInvisible(node.pattern))
      limits.pattern = node.pattern
    else
      this.#repairs.add(
        step(pointer, 'pattern'),
        `The pattern ${quote(node.pattern)} is not checked here: it cannot be run safely.`,
      )
    return limits
  }

  /** A value that may stand before a model: short, and nothing hidden in it. */
  #value(value: unknown, type: TypeName | undefined): unknown {
    if (value === undefined || value === null) return undefined
    if (type === 'array' || type === 'object' || typeof value === 'object') {
      const text = safeJson(value)
      const isFit =
        text !== undefined &&
        text.length <= longestValue &&
        !hasInvisible(text) &&
        !/"(__proto__|constructor|prototype)"/.test(text)
      return isFit && (type === undefined || ofType(type)(value)) ? value : undefined
    }
    const fit = fitValue(value, type)
    return fit !== undefined && (!type || ofType(type)(fit)) ? fit : undefined
  }
}

const anything: Simplified = Object.freeze({ schema: {}, isNullable: false, isRequired: false })

/** While it is being read: nothing but null. */
const onlyNull: Schema = Object.freeze({ enum: Object.freeze([]) })
const isOnlyNull = ({ enum: values }: Schema): boolean => Array.isArray(values) && values.length === 0

const without = (schema: Schema, ...names: string[]): Schema =>
  Object.fromEntries(Object.entries(schema).filter(([name]) => !names.includes(name)))

function withNull({ schema, isNullable }: Simplified): Schema {
  if (!isNullable || Object.keys(without(schema, 'description')).length === 0) return schema
  const { description, ...rest } = schema
  const branches = Array.isArray(rest.anyOf) ? rest.anyOf : isOnlyNull(rest) ? [] : [rest]
  return { ...(description !== undefined && { description }), anyOf: [...branches, { type: 'null' }] }
}

const isPrimitive = (value: unknown): boolean =>
  (typeof value === 'string' && value.length <= longestValue && !hasInvisible(value)) ||
  (typeof value === 'number' && Number.isFinite(value)) ||
  typeof value === 'boolean'

/** The value as its type would have it: YAML makes a number of 10 and a boolean of true. */
function fitValue(value: unknown, type: TypeName | undefined): unknown {
  if (!isPrimitive(value)) return undefined
  if (type === 'string') return String(value)
  if ((type === 'number' || type === 'integer') && typeof value === 'string')
    return value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : undefined
  if (type === 'boolean' && typeof value === 'string')
    return /^(true|false)$/i.test(value) ? value.toLowerCase() === 'true' : undefined
  return value
}

const ofType =
  (type: TypeName) =>
  (value: unknown): boolean =>
    type === 'array'
      ? Array.isArray(value)
      : type === 'object'
        ? isObject(value)
        : type === 'integer'
          ? Number.isInteger(value)
          : typeof value === type

function inferred(node: Schema, values: unknown[]): TypeName | undefined {
  if (values.length > 0)
    return (['string', 'integer', 'number', 'boolean'] as const).find((type) => values.every(ofType(type)))
  if (isObject(node.properties) || isObject(node.additionalProperties)) return 'object'
  if (node.items !== undefined) return 'array'
  if (node.pattern !== undefined || node.minLength !== undefined || node.maxLength !== undefined) return 'string'
  if (node.minimum !== undefined || node.maximum !== undefined) return 'number'
  if (typeof node.format === 'string')
    return /^(int|long)/.test(node.format) ? 'integer' : /^(float|double)/.test(node.format) ? 'number' : 'string'
  return undefined
}

function counts(node: Schema, words: string[]): Schema {
  const found: [string, number][] = []
  for (const word of words) {
    const value = Number(wordOf(node[word]) || Number.NaN)
    if (Number.isSafeInteger(value) && value >= 0) found.push([word, value])
  }
  if (found.length === 2 && (found[0]?.[1] ?? 0) > (found[1]?.[1] ?? 0)) return {}
  return Object.fromEntries(found)
}

function numberLimits(node: Schema): Schema {
  const number = (word: string): number | undefined => {
    const value = node[word]
    const read = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
    return typeof read === 'number' && Number.isFinite(read) ? read : undefined
  }
  const limits: Schema = {}
  const [minimum, maximum] = [number('minimum'), number('maximum')]
  // OpenAPI 3.0 has true beside the limit, JSON Schema the limit itself.
  const [above, below] = [number('exclusiveMinimum'), number('exclusiveMaximum')]
  if (minimum !== undefined) limits[node.exclusiveMinimum === true ? 'exclusiveMinimum' : 'minimum'] = minimum
  if (maximum !== undefined) limits[node.exclusiveMaximum === true ? 'exclusiveMaximum' : 'maximum'] = maximum
  if (above !== undefined) limits.exclusiveMinimum = above
  if (below !== undefined) limits.exclusiveMaximum = below
  const least = Math.max(Number(limits.minimum ?? -Infinity), Number(limits.exclusiveMinimum ?? -Infinity))
  const greatest = Math.min(Number(limits.maximum ?? Infinity), Number(limits.exclusiveMaximum ?? Infinity))
  // Limits that nothing fits would make the operation impossible to call.
  const kept: Schema = least > greatest ? {} : limits
  const multiple = number('multipleOf')
  if (multiple !== undefined && multiple > 0) kept.multipleOf = multiple
  return kept
}

function safeJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}
