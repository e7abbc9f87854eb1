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

/** Which type a word means: `String`, `int`, `inetger`. Undefined where nobody can tell. */
export function typeOf(word: string): { type: TypeName | 'any'; format?: string } | undefined {
  const key = word.trim().toLowerCase().slice(0, 30)
  const found = Object.hasOwn(meant, key) ? meant[key] : meant[alike(key) ?? '']
  return found && { type: found[0], ...(found[1] && { format: found[1] }) }
}

/** The name with the same letters in another order. */
const alike = (word: string): string | undefined =>
  ['string', 'number', 'integer', 'boolean', 'object', 'array'].find((name) => sorted(name) === sorted(word))

const sorted = (word: string): string => [...word].sort().join('')
