import { type Schema, step } from '../text/members.ts'
import { quote } from '../text/plain-text.ts'
import type { Repairs } from '../text/repairs.ts'

/** The types of JSON Schema that an input may have. */
export type TypeName = 'string' | 'number' | 'integer' | 'boolean' | 'object' | 'array' | 'null'

/** What people write for each type. */
const words: Record<TypeName | 'any', string> = {
  string: 'string str text char varchar password enum',
  number: 'number float double decimal numeric real',
  integer: 'integer int int32 int64 long short bigint',
  boolean: 'boolean bool',
  object: 'object dict dictionary map hash record json',
  array: 'array list tuple set',
  null: 'null none nil',
  any: 'any mixed',
}

/** Strings that people name by their format: each word with the format. */
const formats =
  'date:date time:time datetime:date-time date-time:date-time timestamp:date-time uuid:uuid guid:uuid email:email uri:uri url:uri file:binary binary:binary'

interface Meaning {
  type: TypeName | 'any'
  format?: string
}

const meant = new Map<string, Meaning>()
for (const [type, list] of Object.entries(words))
  for (const word of list.split(' ')) meant.set(word, { type: type as TypeName })
for (const [word = '', format = ''] of formats.split(' ').map((pair) => pair.split(':')))
  meant.set(word, { type: 'string', format })

/** Which type a word means: `String`, `int`, `inetger`. Undefined where it is unclear. */
function typeOf(word: string): Meaning | undefined {
  const key = word.trim().toLowerCase().slice(0, 30)
  return meant.get(key) ?? meant.get(alike(key) ?? '')
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
    const found = typeof word === 'string' ? typeOf(word) : undefined
    if (word === null) names.push('null')
    else if (!found) repairs.add(step(pointer, 'type'), `${quote(word)} is not a type; any value is accepted there.`)
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
