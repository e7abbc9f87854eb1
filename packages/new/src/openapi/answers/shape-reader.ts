import {
  isObject,
  isTrue,
  listOfAny,
  memberOf,
  mergeAllOf,
  type OpenApi,
  objectOf,
  pairsOf,
  plainLine,
  plainText,
  readTypes,
  type Schema,
  wordOf,
} from '@reference-plugins/reader'
import type { Member, ObjectShape, Shape } from './shape.ts'

const longestDescription = 200
const mostMembers = 40
const mostListed = 10
const deepest = 8

/** A schema where it stands, with the references that led there. */
interface Place {
  pointer: string
  depth: number
  seen: readonly string[]
}

/**
 * Reads the schemas of answers. What has a name in the spec becomes `named`; `find` reads it. Limits of texts and numbers,
 * formats and choices are not kept: an API that adds a choice must not break the plugin.
 */
export class ShapeReader {
  readonly #document: OpenApi['document']
  readonly #nameOf: (reference: string) => string
  #merged = 0

  /** @param nameOf the name of what a reference leads to */
  constructor(document: OpenApi['document'], nameOf: (reference: string) => string) {
    this.#document = document
    this.#nameOf = nameOf
  }

  read(node: unknown, pointer: string): Shape {
    return this.#read(node, { pointer, depth: 0, seen: [] })
  }

  /** What a reference leads to. */
  find(reference: string): Shape {
    const { value, through } = this.#document.follow({ $ref: reference })
    return this.#schema(objectOf(value), { pointer: reference.replace(/^#/, ''), depth: 0, seen: through })
  }

  #read(node: unknown, place: Place): Shape {
    const { value, through } = this.#document.follow(node, place.pointer)
    const [reference] = through.slice(-1)
    if (!isObject(value)) return { kind: 'any' }
    if (reference === undefined) return this.#schema(value, place)
    // Only what may be large has a name in code: a text with a name is a text.
    const isLarge = value.properties !== undefined || value.allOf !== undefined
    if (isLarge) return nullableIf(isTrue(value.nullable), { kind: 'named', name: this.#nameOf(reference) })
    if (place.seen.includes(reference)) return { kind: 'any', why: 'the spec refers to itself here' }
    return this.#schema(value, { ...place, seen: [...place.seen, ...through] })
  }

  #schema(given: Schema, at: Place): Shape {
    if (at.depth > deepest) return { kind: 'any', why: 'the spec is nested deeply here' }
    const { node, place } = Array.isArray(given.allOf)
      ? mergeAllOf(given, at, this.#document, () => ++this.#merged < 50_000)
      : { node: given, place: at }
    const { names } = readTypes(node, place.pointer, this.#document.repairs)
    const isNullable = isTrue(node.nullable) || isTrue(node['x-nullable']) || names.includes('null')
    const branches = [node.oneOf, node.anyOf].map(listOfAny).find((list) => list.length > 0)
    if (branches && !isObject(node.properties)) return nullableIf(isNullable, this.#branches(branches, node, place))
    const types = names.filter((name) => name !== 'null')
    if (names.length > 0 && types.length === 0) return { kind: 'null' }
    if (types.length > 1) return nullableIf(isNullable, union(types.map((type) => this.#typed(type, node, place))))
    return nullableIf(isNullable, this.#typed(types[0] ?? inferred(node), node, place))
  }

  #typed(type: string | undefined, node: Schema, place: Place): Shape {
    const example = node.example ?? listOfAny(node.examples)[0] ?? listOfAny(node.enum)[0] ?? node.const ?? node.default
    if (type === 'string')
      return { kind: 'text', ...(typeof example === 'string' && { example: example.slice(0, 200) }) }
    if (type === 'integer') {
      const kind = node.format === 'int64' || node.format === 'uint64' ? 'int64' : 'int'
      return { kind, ...(Number.isSafeInteger(example) && { example }) }
    }
    if (type === 'number') return { kind: 'number', ...(typeof example === 'number' && { example }) }
    if (type === 'boolean') return { kind: 'boolean', ...(typeof example === 'boolean' && { example }) }
    if (type === 'array') return { kind: 'list', item: this.#read(listOrFirst(node.items), below(place, 'items')) }
    return type === 'object' ? this.#object(node, place) : { kind: 'any' }
  }

  #object(node: Schema, place: Place): Shape {
    const properties = pairsOf(node.properties)
    const rest = node.additionalProperties
    if (properties.length === 0)
      return {
        kind: 'map',
        value: isObject(rest) ? this.#read(rest, below(place, 'additionalProperties')) : { kind: 'any' },
      }
    const required = listOfAny(node.required)
    const readable = properties.filter(([, one]) => !isTrue(memberOf(one, 'writeOnly')))
    // Those that are always there come first where not all can be kept.
    const kept = new Set(
      [...readable.filter(([name]) => required.includes(name)), ...readable]
        .slice(0, mostMembers)
        .map(([name]) => name),
    )
    return {
      kind: 'object',
      members: readable
        .filter(([name]) => kept.has(name))
        .map(([name, one]) => this.#member(name, one, required.includes(name), below(place, 'properties', name))),
      leftOut: readable.map(([name]) => name).filter((name) => !kept.has(name)),
    }
  }

  #member(name: string, node: unknown, isRequired: boolean, place: Place): Member {
    const { value } = this.#document.follow(node)
    const choices = listOfAny(memberOf(value, 'enum')).filter((one) => one !== null && one !== '')
    const listed = choices.length > 0 && choices.length <= mostListed ? choices.map(wordOf).join(', ') : ''
    const said = plainText(memberOf(value, 'description'), 5_000).replaceAll(/\s+/g, ' ')
    const whole = [
      said,
      listed !== '' && !choices.every((one) => said.includes(wordOf(one))) ? `One of: ${listed}` : '',
    ]
      .filter(Boolean)
      .join(said.endsWith('.') || said === '' ? ' ' : '. ')
    const description = plainLine(whole, longestDescription)
    const length = whole.length > longestDescription ? whole.length : undefined
    return { name, shape: this.#read(node, place), isRequired, description, length }
  }

  /** Several objects become one with the members of all, of which those are required that all require. */
  #branches(branches: unknown[], node: Schema, place: Place): Shape {
    const read = branches.slice(0, 20).map((branch, index) => this.#whole(branch, below(place, 'oneOf', index), node))
    const isNullable = read.some(({ kind }) => kind === 'null' || kind === 'nullable')
    const shapes = read.map((one) => (one.kind === 'nullable' ? one.inner : one)).filter(({ kind }) => kind !== 'null')
    if (shapes.length === 1)
      return nullableIf(isNullable, this.#read(branches[read.indexOf(shapes[0] as Shape)], place))
    const objects = shapes.filter((one) => one.kind === 'object')
    return nullableIf(
      isNullable,
      objects.length === shapes.length && objects.length > 0 ? merged(objects) : union(shapes),
    )
  }

  /** A branch, its reference followed. The words beside `oneOf` hold for each. */
  #whole(branch: unknown, place: Place, beside: Schema): Shape {
    const { value, through } = this.#document.follow(branch, place.pointer)
    if (!isObject(value)) return { kind: 'any' }
    if (through.some((one) => place.seen.includes(one))) return { kind: 'any', why: 'the spec refers to itself here' }
    const typed = value.type === undefined && beside.type !== undefined ? { type: beside.type, ...value } : value
    return this.#schema(typed, { ...place, seen: [...place.seen, ...through] })
  }
}

function merged(objects: readonly ObjectShape[]): ObjectShape {
  const byName = Map.groupBy(
    objects.flatMap(({ members }) => members),
    ({ name }) => name,
  )
  const members = Array.from(byName.values(), (alike): Member => {
    const [first] = alike as [Member]
    const isRequired = alike.length === objects.length && alike.every((one) => one.isRequired)
    return { ...first, shape: union(alike.map(({ shape }) => shape)), isRequired }
  })
  return {
    kind: 'object',
    members: members.slice(0, mostMembers),
    leftOut: [...objects.flatMap(({ leftOut }) => leftOut), ...members.slice(mostMembers).map(({ name }) => name)],
  }
}

/** One shape of several, without those that are the same but for their example. */
function union(shapes: readonly Shape[]): Shape {
  const options = [...new Map(shapes.map((one) => [JSON.stringify({ ...one, example: undefined }), one])).values()]
  const [first, ...others] = options
  if (!first || options.some(({ kind }) => kind === 'any'))
    return first && others.length === 0 ? first : { kind: 'any' }
  return others.length === 0 ? first : { kind: 'union', options: options.slice(0, 8) }
}

function nullableIf(isNullable: boolean, inner: Shape): Shape {
  if (!isNullable || inner.kind === 'nullable' || inner.kind === 'any' || inner.kind === 'null') return inner
  return { kind: 'nullable', inner }
}

function inferred({ properties, additionalProperties, items, enum: choices, const: only }: Schema): string | undefined {
  if (isObject(properties) || isObject(additionalProperties)) return 'object'
  if (items !== undefined) return 'array'
  const [first] = [...listOfAny(choices), only].filter((one) => one !== undefined)
  if (typeof first === 'number') return Number.isInteger(first) ? 'integer' : 'number'
  return typeof first === 'string' || typeof first === 'boolean' ? typeof first : undefined
}

const listOrFirst = (items: unknown): unknown => (Array.isArray(items) ? items[0] : items)

const below = (place: Place, ...names: (string | number)[]): Place => ({
  ...place,
  pointer: [place.pointer, ...names].join('/'),
  depth: place.depth + 1,
})
