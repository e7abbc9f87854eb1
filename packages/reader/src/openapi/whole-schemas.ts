import { isObject, listOfAny, memberOf, objectOf, type Schema, step } from '../text/members.ts'
import type { SpecDocument } from './spec-document.ts'

/** What a schema describes. */
export type Direction = 'request' | 'response'

/** Where a schema comes from that a reference led to. */
export interface SchemaSource {
  schemas: WholeSchemas
  /** As the spec has it: `#/components/schemas/Pet`. */
  reference: string
  direction: Direction | undefined
}

/** Of one read. What is read once and used by many counts once. */
const mostNodes = 5_000
const mostReferences = 32
const deepest = 200
/** Their values are data, in which `$ref` is a name like any other. */
const data = new Set(['example', 'examples', 'default', 'enum', 'const'])
const isData = (word: string): boolean => data.has(word) || word.startsWith('x-')
const maps = new Set(['properties', 'patternProperties', 'dependentSchemas', '$defs', 'definitions'])
/** The words that may stand beside a reference and change nothing of what matches. */
const annotations = new Set(['summary', 'description', 'title', 'deprecated', 'readOnly', 'writeOnly', 'nullable'])
/** The words whose meaning depends on those beside them. */
const composed =
  /^(properties|patternProperties|additionalProperties|unevaluated\w+|prefixItems|items|contains|if|then|else|\w+Contains)$/

const sources = new WeakMap<Schema, SchemaSource>()

/** The reference that led to a schema; undefined where it stands in its place. A `{}` that ends a circle has one too. */
export const sourceOf = (schema: Schema): SchemaSource | undefined => sources.get(schema)

interface Place {
  pointer: string
  direction: Direction | undefined
  /** The references that led here. */
  seen: readonly string[]
  depth: number
  /** The members that nothing may require here. */
  released: ReadonlySet<string>
  /** The references at which something below was cut. */
  cuts: Set<string>
  /** Whether to stop at every reference. */
  isShallow: boolean
}

/**
 * Schemas with every reference replaced by what it refers to, for a program that cannot follow references itself.
 * A circle, and what lies beyond 5 000 parts, ends in `{}`, whose `sourceOf` says what it stands for. What a reference
 * leads to is read once and shared: change nothing in it. Exclusive limits are numbers, as in 3.1.
 */
export class WholeSchemas {
  readonly #document: SpecDocument
  /** OpenAPI 3.0 ignores what stands beside a reference, and has exclusive limits as booleans. */
  readonly #isNew: boolean
  readonly #known = new Map<string, Schema>()
  #nodes = 0

  constructor(document: SpecDocument, version: '2.0' | '3.0' | '3.1') {
    this.#document = document
    this.#isNew = version === '3.1'
  }

  /**
   * @param direction what the schema describes. `required` counts for a `readOnly` member in a response only, and for a
   * `writeOnly` member in a request only: OpenAPI 3.0.3, Schema Object.
   */
  read(node: unknown, pointer: string, direction?: Direction): Schema {
    this.#nodes = 0
    return objectOf(this.#read(node, this.#start(pointer, direction, false)))
  }

  /** What a source stands for, each reference in it replaced with `{}`, which has a source of its own. */
  readShallow({ reference, direction }: SchemaSource): Schema {
    this.#nodes = 0
    const place = this.#start(reference.replace(/^#/, ''), direction, true)
    const { value } = this.#document.follow({ $ref: reference })
    return isObject(value) ? this.#words(value, place) : {}
  }

  #start(pointer: string, direction: Direction | undefined, isShallow: boolean): Place {
    return { pointer, direction, seen: [], depth: 1, released: new Set(), cuts: new Set(), isShallow }
  }

  #read(node: unknown, place: Place): unknown {
    if (Array.isArray(node)) return node.map((one, index) => this.#read(one, below(place, index)))
    if (!isObject(node)) return node
    const reference = memberOf(node, '$ref')
    if (reference === undefined) return this.#isOver(place) ? cutAt('', place) : this.#words(node, place)
    const { $ref: _, ...beside } = node
    return this.#withSiblings(this.#target(reference, place), beside, place)
  }

  #isOver({ depth }: Place): boolean {
    return this.#nodes > mostNodes || depth > deepest
  }

  /** What a reference leads to; read once where it holds no part of a circle that began before it. */
  #target($ref: unknown, place: Place): Schema {
    const { direction, seen } = place
    const { value, through } = this.#document.follow({ $ref }, place.pointer)
    if (!isObject(value)) return {}
    const reference = through.at(-1) ?? ''
    const source: SchemaSource = { schemas: this, reference, direction }
    const isReleased = this.#releases(value, place)
    const isCircle = seen.includes(reference)
    if (isCircle || (place.isShallow && !isReleased) || seen.length > mostReferences || this.#isOver(place)) {
      this.#nodes++
      const cut = cutAt(isCircle ? reference : '', place)
      sources.set(cut, source)
      return cut
    }
    const key = `${direction} ${reference}`
    const known = isReleased ? undefined : this.#known.get(key)
    if (known) return known
    const cuts = new Set<string>()
    const schema = this.#words(value, {
      ...place,
      seen: [...seen, reference],
      depth: place.depth + 1,
      released: isReleased ? place.released : new Set(),
      cuts,
    })
    cuts.delete(reference)
    for (const one of cuts) place.cuts.add(one)
    if (isReleased) return schema
    sources.set(schema, source)
    if (cuts.size === 0) this.#known.set(key, schema)
    return schema
  }

  #withSiblings(target: Schema, beside: Schema, place: Place): Schema {
    const { description } = beside
    const words = Object.entries(beside).filter(([word]) => !annotations.has(word) && !isData(word))
    if (!this.#isNew || words.length === 0) {
      if (typeof description !== 'string') return target
      const copy = { ...target, description }
      const source = sources.get(target)
      if (source) sources.set(copy, source)
      return copy
    }
    const own = this.#words(beside, place)
    const isSimple = words.every(([word]) => !Object.hasOwn(target, word) && !composed.test(word))
    if (!isSimple || (sources.has(target) && Object.keys(target).length === 0)) return { allOf: [target, own] }
    return { ...target, ...own }
  }

  #words(value: Schema, place: Place): Schema {
    this.#nodes++
    const { direction } = place
    const released =
      direction && (value.required || value.allOf)
        ? new Set([...place.released, ...this.#membersWith(value, direction === 'request' ? 'readOnly' : 'writeOnly')])
        : noNames
    const read = ([word, one]: [string, unknown]): [string, unknown] => {
      if (isData(word)) return [word, one]
      if (word === 'required' && Array.isArray(one)) return [word, one.filter((name) => !released.has(name))]
      const at = { ...below(place, word), released: word === 'allOf' ? released : noNames }
      if (!maps.has(word) || !isObject(one)) return [word, this.#read(one, at)]
      const inner = safePairs(one).map(([name, part]) => [name, this.#read(part, below(at, name))])
      return [word, Object.fromEntries(inner)]
    }
    const words = Object.fromEntries(safePairs(value).map(read))
    return this.#isNew ? words : withNewLimits(words)
  }

  /** Whether something in what a reference leads to is required that may not be required here. */
  #releases(value: Schema, { released }: Place): boolean {
    if (released.size === 0) return false
    const own = listOfAny(value.required).some((name) => released.has(String(name)))
    return own || this.#parts(value).some((part) => this.#releases(part, { released } as Place))
  }

  #membersWith(schema: Schema, word: 'readOnly' | 'writeOnly', depth = 0): string[] {
    const own = Object.entries(objectOf(schema.properties))
      .filter(([, one]) => memberOf(one, word) === true || memberOf(this.#follow(one), word) === true)
      .map(([name]) => name)
    if (depth > 8) return own
    return [...own, ...this.#parts(schema).flatMap((part) => this.#membersWith(part, word, depth + 1))]
  }

  #parts = (schema: Schema): Schema[] => listOfAny(schema.allOf).map((part) => objectOf(this.#follow(part)))

  #follow(node: unknown): unknown {
    return memberOf(node, '$ref') === undefined ? node : this.#document.follow(node).value
  }
}

/** With exclusive limits as numbers. */
function withNewLimits(schema: Schema): Schema {
  for (const [word, limit] of [
    ['exclusiveMinimum', 'minimum'],
    ['exclusiveMaximum', 'maximum'],
  ] as const) {
    if (typeof schema[word] !== 'boolean') continue
    if (schema[word] && typeof schema[limit] === 'number') {
      schema[word] = schema[limit]
      delete schema[limit]
    } else delete schema[word]
  }
  return schema
}

const noNames: ReadonlySet<string> = new Set()

const safePairs = (node: Schema): [string, unknown][] => Object.entries(node).filter(([name]) => name !== '__proto__')

const below = (place: Place, name: string | number): Place => ({
  ...place,
  pointer: step(place.pointer, name),
  depth: place.depth + 1,
})

function cutAt(reference: string, { cuts }: Place): Schema {
  cuts.add(reference)
  return {}
}
