import { type Schema, step } from '../text/members.ts'
import { quote } from '../text/plain-text.ts'
import type { Repairs } from '../text/repairs.ts'

/** The types of JSON Schema that an input may have. */
export type TypeName = 'string' | 'number' | 'integer' | 'boolean' | 'object' | 'array' | 'null'

const meant: Record<string, [type: TypeName | 'any', format?: string]> = {
  string: ['string'],
  str: ['string'],
  text: ['string'],
  char: ['string'],
  varchar: ['string'],
  password: ['string'],
  enum: ['string'],
  date: ['string', 'date'],
  time: ['string', 'time'],
  datetime: ['string', 'date-time'],
  'date-time': ['string', 'date-time'],
  timestamp: ['string', 'date-time'],
  uuid: ['string', 'uuid'],
  guid: ['string', 'uuid'],
  email: ['string', 'email'],
  uri: ['string', 'uri'],
  url: ['string', 'uri'],
  file: ['string', 'binary'],
  binary: ['string', 'binary'],
  number: ['number'],
  float: ['number'],
  double: ['number'],
  decimal: ['number'],
  numeric: ['number'],
  real: ['number'],
  integer: ['integer'],
  int: ['integer'],
  int32: ['integer'],
  int64: ['integer'],
  long: ['integer'],
  short: ['integer'],
  bigint: ['integer'],
  boolean: ['boolean'],
  bool: ['boolean'],
  object: ['object'],
  dict: ['object'],
  dictionary: ['object'],
  map: ['object'],
  hash: ['object'],
  record: ['object'],
  json: ['object'],
  array: ['array'],
  list: ['array'],
  tuple: ['array'],
  set: ['array'],
  null: ['null'],
  none: ['null'],
  nil: ['null'],
  any: ['any'],
  mixed: ['any'],
}

/** Which type a word means: `String`, `int`, `inetger`. Undefined where it is unclear. */
function typeOf(word: string): { type: TypeName | 'any'; format?: string } | undefined {
  const key = word.trim().toLowerCase().slice(0, 30)
  const found = Object.hasOwn(meant, key) ? meant[key] : meant[alike(key) ?? '']
  return found && { type: found[0], ...(found[1] && { format: found[1] }) }
}

/** The name with the same letters in another order. */
const alike = (word: string): string | undefined =>
  ['string', 'number', 'integer', 'boolean', 'object', 'array'].find((name) => sorted(name) === sorted(word))

const sorted = (word: string): string => [...word].sort().join('')

/** The types of a schema, and the format that one of its words stands for. */
export function readTypes(node: Schema, pointer: string, repairs: Repairs): { names: TypeName[]; format: Schema } {
  const names: TypeName[] = []
  let format: Schema = {}
  // `string | null`, as in TypeScript.
  const words = typeof node.type === 'string' ? node.type.split(/\s*(?:\|+|,|\bor\b)\s*/) : node.type
  for (const word of Array.isArray(words) ? words.slice(0, 10) : words === undefined ? [] : [words]) {
    if (word === null) {
      names.push('null')
      continue
    }
    const found = typeof word === 'string' ? typeOf(word) : undefined
    if (!found) repairs.add(step(pointer, 'type'), `${quote(word)} is not a type; any value is accepted there.`)
    else {
      if (found.type !== word && found.type !== 'null')
        repairs.add(step(pointer, 'type'), `The type ${quote(word)} is read as ${found.type}.`)
      if (found.type !== 'any' && !names.includes(found.type)) names.push(found.type)
      if (found.format) format = { format: found.format }
    }
  }
  // Every integer is a number.
  return { names: names.includes('number') ? names.filter((name) => name !== 'integer') : names, format }
}
