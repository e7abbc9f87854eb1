import type { References } from '../openapi/references.ts'
import {
  isObject,
  isRefusedName,
  isTrue,
  listOfAny,
  memberOf,
  objectOf,
  pairsOf,
  type Schema,
  step,
} from '../text/members.ts'
import { plainText, quote } from '../text/plain-text.ts'
import type { Repairs } from '../text/repairs.ts'
import { mergeAllOf } from './merged-schema.ts'
import { counts, numberLimits, textLimits } from './schema-limits.ts'
import { readTypes, type TypeName } from './schema-types.ts'
import { inferType, longestValue, ofType, readValue, readValues } from './schema-values.ts'

const deepest = 32
const mostNodes = 20_000
const mostNodesOfOperation = 4_000
const longestDescription = 700
const mostBranches = 20

export interface Simplified {
  /** Without null among its types. */
  schema: Schema
  isNullable: boolean
  /** Whether `required: true` is in the schema itself, where JSON Schema ignores it. */
  isRequired: boolean
}

/**
 * Turns schemas from outside into a small form: `type` is one word; beside it stand `properties`, `required`,
 * `additionalProperties`, `items`, `enum`, `anyOf`, limits, `pattern`, `format`, `default` and `description`. No
 * references, no circles, at most 32 deep. What cannot be understood accepts any value: `{}`.
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

  /** Starts the size limit of one operation; all operations together have a limit too. */
  beginOperation(keepsNull: boolean): void {
    this.#operationNodes = 0
    this.#keepsNull = keepsNull
  }

  simplify(node: unknown, pointer: string): Simplified {
    const simplified = this.#simplify(node, pointer, 1, [])
    return isOnlyNull(simplified.schema) ? { ...simplified, schema: {} } : simplified
  }

  #simplify(node: unknown, pointer: string, depth: number, seen: readonly string[]): Simplified {
    if (!this.#mayRead())
      return this.#anything(
        pointer,
        'The schemas are too large for a model; what is over the limit accepts any value.',
        '',
      )
    if (depth > deepest)
      return this.#anything(pointer, `What is nested more than ${deepest} levels deep accepts any value.`)
    if (typeof node === 'string') {
      this.#repairs.add(pointer, `The schema must be an object; ${quote(node)} is read as its type.`)
      return this.#simplify({ type: node }, pointer, depth + 1, seen)
    }
    if (!isObject(node)) return anything
    const { value, through } = this.#references.follow(node, pointer)
    const circle = through.find((one) => seen.includes(one))
    if (circle)
      return this.#anything(
        pointer,
        `The reference ${quote(circle)} refers to itself; any value is accepted there.`,
        circle,
      )
    if (!isObject(value)) return anything
    return this.#object(value, pointer, depth, [...seen, ...through])
  }

  #mayRead(): boolean {
    return ++this.#nodes <= mostNodes && ++this.#operationNodes <= mostNodesOfOperation
  }

  #anything(pointer: string, message: string, place = pointer): Simplified {
    // One repair for all the places of one circle.
    this.#repairs.add(place.startsWith('#') ? place.slice(1) : place, message)
    return anything
  }

  #object(given: Schema, pointer: string, depth: number, seen: readonly string[]): Simplified {
    const merged = Array.isArray(given.allOf)
      ? mergeAllOf(given, pointer, depth, seen, this.#references, () => this.#mayRead())
      : { node: given, seen }
    const { node } = merged
    const base: Simplified = { ...this.#typed(node, pointer, depth, merged.seen), isRequired: node.required === true }
    if (base.isRequired)
      this.#repairs.add(
        step(pointer, 'required'),
        'required must be a list of names in the object above; true was read as such.',
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
    const types = readTypes(node, pointer, this.#repairs)
    let isNullable = isTrue(node.nullable) || isTrue(node['x-nullable']) || types.names.includes('null')
    const names = types.names.filter((name) => name !== 'null')
    const branches = [node.anyOf, node.oneOf].find((one) => Array.isArray(one) && one.length > 0)
    if (Array.isArray(branches) && !isObject(node.properties)) {
      const some = this.#branches(branches, node, pointer, depth, seen)
      return { schema: some.schema, isNullable: isNullable || some.isNullable }
    }
    if (types.names.length > 0 && names.length === 0) return { schema: onlyNull, isNullable: true }
    const values = readValues(node, names, pointer, this.#repairs)
    if (listOfAny(node.enum).includes(null)) isNullable = true
    if (names.length > 1) {
      const anyOf = names.map((type) => this.#single(type, {}, node, values.filter(ofType(type)), pointer, depth, seen))
      return { schema: { anyOf }, isNullable }
    }
    const type = names[0] ?? inferType(node, values)
    return { schema: this.#single(type, types.format, node, values, pointer, depth, seen), isNullable }
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
      if (node.items === undefined) this.#repairs.add(pointer, 'The array has no items; its items may be anything.')
      const items = Array.isArray(node.items) ? node.items[0] : node.items
      schema.items = withNull(this.#simplify(items, step(pointer, 'items'), depth + 1, seen))
      Object.assign(schema, counts(node, ['minItems', 'maxItems']), isTrue(node.uniqueItems) && { uniqueItems: true })
    } else if (type === 'string') Object.assign(schema, format, textLimits(node, pointer, this.#repairs))
    else if (type === 'number' || type === 'integer') Object.assign(schema, numberLimits(node))
    const preset = readValue(node.default, type)
    if (preset !== undefined && (values.length === 0 || values.includes(preset))) schema.default = preset
    const example = readValue(node.example ?? listOfAny(node.examples)[0], type)
    if (example !== undefined && values.length === 0) schema.examples = [example]
    return schema
  }

  #members(node: Schema, pointer: string, depth: number, seen: readonly string[]): Schema {
    const properties: [string, Schema][] = []
    const needed = new Set(listOfAny(typeof node.required === 'string' ? [node.required] : node.required))
    const place = step(pointer, 'properties')
    for (const name of Object.keys(objectOf(node.properties)).filter(isRefusedName))
      this.#repairs.add(place, `An input cannot be named ${name}; it was left out.`)
    for (const [name, one] of pairsOf(node.properties)) {
      const at = step(place, name)
      // A property that only the server sets is not an input.
      if (isTrue(memberOf(one, 'readOnly'))) continue
      if (name.length > longestValue) {
        this.#repairs.add(at, `A property has a name of more than ${longestValue} characters; it was left out.`)
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
      this.#repairs.add(pointer, `anyOf has ${branches.length} schemas; only the first ${mostBranches} were kept.`)
    branches.slice(0, mostBranches).forEach((branch, index) => {
      const shared = without(node, 'anyOf', 'oneOf', 'description', 'required', 'nullable', 'discriminator')
      // The words beside anyOf hold for each of its schemas; a type there is often the only one.
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
    const preset = readValue(node.default, undefined)
    const schema = flat.length === 1 ? first : { anyOf: flat }
    return { schema: preset === undefined || 'default' in schema ? schema : { ...schema, default: preset }, isNullable }
  }
}

const anything: Simplified = Object.freeze({ schema: {}, isNullable: false, isRequired: false })

/** The schema of null, while a schema is being read. */
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
