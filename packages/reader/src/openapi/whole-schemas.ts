import { isObject, listOfAny, objectOf, type Schema, step } from '../text/members.ts'
import type { SpecDocument } from './spec-document.ts'

const mostNodes = 100_000
const mostReferences = 32
const deepest = 200
/** Their values are data, in which `$ref` is a name like any other. */
const data = new Set(['example', 'examples', 'default', 'enum', 'const'])
const isData = (word: string): boolean => data.has(word) || word.startsWith('x-')
const maps = new Set(['properties', 'patternProperties', 'dependentSchemas', '$defs', 'definitions'])

/**
 * Schemas with every reference replaced by what it refers to, for a program that cannot follow references itself.
 * A circle ends in `{}`. All schemas of one document together have at most 100 000 parts; the rest is `{}`.
 */
export class WholeSchemas {
  readonly #document: SpecDocument
  #nodes = 0

  constructor(document: SpecDocument) {
    this.#document = document
  }

  /** Whether the limit was reached. */
  get isCut(): boolean {
    return this.#nodes > mostNodes
  }

  /**
   * @param direction what the schema describes. `required` counts for a `readOnly` member in a response only, and for a
   * `writeOnly` member in a request only: OpenAPI 3.0.3, Schema Object.
   */
  read(node: unknown, pointer: string, direction?: 'request' | 'response'): Schema {
    const schema = objectOf(this.#read(node, pointer, [], 1))
    if (direction) release(schema, direction === 'request' ? 'readOnly' : 'writeOnly')
    return schema
  }

  #read(node: unknown, pointer: string, seen: readonly string[], depth: number): unknown {
    if (++this.#nodes > mostNodes || depth > deepest) return {}
    if (Array.isArray(node)) return node.map((one, index) => this.#read(one, step(pointer, index), seen, depth + 1))
    if (!isObject(node)) return node
    const { value, through } = this.#document.follow(node, pointer)
    if (through.some((one) => seen.includes(one)) || seen.length > mostReferences) return {}
    if (!isObject(value)) return {}
    const below = [...seen, ...through]
    const read = ([word, one]: [string, unknown]): [string, unknown] => {
      if (isData(word)) return [word, one]
      const at = step(pointer, word)
      if (!maps.has(word) || !isObject(one)) return [word, this.#read(one, at, below, depth + 1)]
      const inner = safePairs(one).map(([name, part]) => [name, this.#read(part, step(at, name), below, depth + 2)])
      return [word, Object.fromEntries(inner)]
    }
    return Object.fromEntries(safePairs(value).map(read))
  }
}

const safePairs = (node: Schema): [string, unknown][] => Object.entries(node).filter(([name]) => name !== '__proto__')

/** Takes the members that have the word out of every `required`. */
function release(node: unknown, word: 'readOnly' | 'writeOnly'): void {
  if (Array.isArray(node)) for (const one of node) release(one, word)
  if (!isObject(node)) return
  dropRequired(node, membersWith(node, word))
  for (const [name, one] of Object.entries(node)) if (!isData(name)) release(one, word)
}

function membersWith(schema: Schema, word: string): string[] {
  const own = Object.entries(objectOf(schema.properties)).filter(([, one]) => objectOf(one)[word] === true)
  return [...own.map(([name]) => name), ...listOfAny(schema.allOf).flatMap((part) => membersWith(objectOf(part), word))]
}

function dropRequired(schema: Schema, names: readonly string[]): void {
  if (names.length === 0) return
  if (Array.isArray(schema.required)) schema.required = schema.required.filter((name) => !names.includes(name))
  for (const part of listOfAny(schema.allOf)) dropRequired(objectOf(part), names)
}
