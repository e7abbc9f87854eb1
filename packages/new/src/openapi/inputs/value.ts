import {
  acceptsAnything,
  formsOf,
  isObject,
  listOfAny,
  objectOf,
  pairsOf,
  plainText,
  type Schema,
} from '@reference-plugins/reader'
import { quoted } from '../files/text.ts'

/** The longest text and list where the spec sets no limit, and the longest that an input may have at all. */
export interface Limits {
  text: number
  items: number
  json: number
}

/** The zod schema of one input, as code. */
export interface Value {
  code: string
  /** What the handler gets in a test, and what the assistant sends: JSON text for an object. */
  sample: unknown
  given: unknown
  /** The values that the description must list. */
  choices: string[]
  /** For the description, such as `As JSON, such as {"id":1}.` */
  hint: string
  /** The most characters as a text of JSON. */
  longest: number
  /** What differs from the spec. */
  comments: string[]
  /** The type in words. */
  words: string
  isJson: boolean
}

const longestText = 4_000
const longestPattern = 200
const mostChoices = 60
/** Texts in a format that only the API checks. */
const inFormat: Record<string, string> = {
  email: 'ada@example.com',
  uri: 'https://example.com',
  url: 'https://example.com',
  hostname: 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  time: '12:00:00Z',
  duration: 'P1D',
  byte: 'dGV4dA==',
}
const guesses = [
  'text a A 1 12 123 1234 12345 123456 a1 A1 AA AAA ab abc abc-123 ABC123 aaaa 2026-01-31 12:00 en en-US US USD 1.0 1.0.0',
  '+15550100 https://example.com ada@example.com 00000000-0000-4000-8000-000000000000 0000000000 aaaaaaaaaaaaaaaaaaaa 0x1 #ffffff true [] {}',
].flatMap((list) => list.split(' '))

/** The value of an input. A schema of objects becomes JSON text. */
export function readValue(given: Schema, limits: Limits): Value {
  const schema = oneForm(given)
  if (schema?.type === 'array') {
    const items = oneForm(objectOf(schema.items))
    if (items && isScalar(items))
      return listValue(schema, scalarValue(items, { ...limits, text: Math.min(limits.text, 200) }), limits)
  }
  return schema && isScalar(schema) ? scalarValue(schema, limits) : jsonValue(given, limits)
}

const scalars = ['string', 'number', 'integer', 'boolean']
const isScalar = ({ type }: Schema): boolean => scalars.includes(String(type))

/** The only form that counts: null is left out, and of scalars the text can be any of them. */
export function oneForm(schema: Schema): Schema | undefined {
  const forms = formsOf(schema).filter(({ type }) => type !== 'null')
  const [first] = forms
  const { anyOf: _, ...beside } = schema
  if (forms.length === 1 && first) return first === schema ? schema : { ...beside, ...first }
  if (forms.length === 0 || !forms.every((form) => isScalar(form) || form.type === 'array')) return undefined
  const list = forms.find(({ type }) => type === 'array')
  if (list) return { ...beside, ...list }
  const enums = forms.map((form) => listOfAny(form.enum))
  if (enums.every((list) => list.length > 0) && forms.every(({ type }) => type === 'string'))
    return { ...beside, type: 'string', enum: enums.flat() }
  if (forms.every(({ type }) => type === 'number' || type === 'integer')) return { ...beside, type: 'number' }
  return { ...beside, type: 'string' }
}

function scalarValue(schema: Schema, limits: Limits): Value {
  const choices = [...new Set(listOfAny(schema.enum))].filter((one) => one !== '' && one !== null)
  const common = { hint: '', comments: [], isJson: false, choices: [] as string[] }
  if (schema.type === 'boolean')
    return { ...common, code: 'z.boolean()', sample: true, given: true, longest: 5, words: 'boolean' }
  if (schema.type === 'string') return { ...common, ...textValue(schema, choices.filter(isText), limits) }
  const numbers = choices.filter((one) => typeof one === 'number')
  const type = schema.type === 'integer' ? 'integer' : 'number'
  if (numbers.length > 0 && numbers.length <= mostChoices) {
    const code = `z.literal([${numbers.join(', ')}])`
    return {
      ...common,
      code,
      sample: numbers[0],
      given: numbers[0],
      longest: 20,
      words: type,
      choices: numbers.map(String),
    }
  }
  const sample = numberSample(schema)
  return { ...common, code: numberCode(schema), sample, given: sample, longest: 20, words: type }
}

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= 200 && plainText(value, 300) === value

type TextValue = Pick<Value, 'code' | 'sample' | 'given' | 'choices' | 'longest' | 'comments' | 'words'>

function textValue(schema: Schema, choices: string[], { text }: Limits): TextValue {
  const plain = { choices: [], comments: [] as string[], longest: 40, words: 'text' }
  const value = (code: string, sample: string): TextValue => ({ ...plain, code, sample, given: sample })
  if (
    choices.length > 0 &&
    choices.length <= mostChoices &&
    choices.join(', ').length < (choices.length > 8 ? 2_000 : 150)
  )
    return { ...value(`z.enum([${choices.map(quoted).join(', ')}])`, choices[0] as string), longest: 200, choices }
  if (schema.format === 'date-time') return value('z.iso.datetime({ offset: true })', '2026-01-31T12:00:00Z')
  if (schema.format === 'date') return value('z.iso.date()', '2026-01-31')
  if (schema.format === 'uuid') return value('z.guid()', '3f2a1c9e-0b5d-4c8e-9a7f-2d6b8e1f4a30')
  const own = typeof schema.maxLength === 'number' ? schema.maxLength : undefined
  const longest = Math.max(1, Math.min(own ?? text, longestText, Math.max(text, 100)))
  const comments = own !== undefined && own > longest ? [`The spec allows ${own} characters.`] : []
  const examples = [...listOfAny(schema.examples), schema.default, inFormat[String(schema.format)], ...guesses].filter(
    isText,
  )
  const least = typeof schema.minLength === 'number' ? schema.minLength : 0
  const fits = (one: string) => one.length > 0 && one.length <= longest && one.length >= least
  const pattern =
    typeof schema.pattern === 'string' && schema.pattern.length <= longestPattern
      ? new RegExp(schema.pattern, 'u')
      : undefined
  const sample = examples.find((one) => fits(one) && (pattern?.test(one) ?? true))
  const regex = pattern && sample !== undefined ? `.regex(/${pattern.source}/u)` : ''
  if (schema.pattern !== undefined && regex === '')
    comments.push(`Only the API checks the pattern ${plainText(String(schema.pattern), 100).replaceAll(/\s+/g, ' ')}`)
  const shown = sample ?? 'x'.repeat(Math.min(Math.max(least, 1), longest))
  return { ...value(`text(${longest})${regex}`, shown), longest, comments }
}

function numberCode(schema: Schema): string {
  const isWhole = schema.type === 'integer'
  const limit = (word: string, call: string): string => {
    const value = schema[word]
    if (typeof value !== 'number' || (isWhole && !Number.isSafeInteger(value))) return ''
    return Math.abs(value) > Number.MAX_SAFE_INTEGER || value === Number.MAX_SAFE_INTEGER ? '' : `.${call}(${value})`
  }
  const limits = [
    limit('minimum', 'min'),
    limit('exclusiveMinimum', 'gt'),
    limit('maximum', 'max'),
    limit('exclusiveMaximum', 'lt'),
    limit('multipleOf', 'multipleOf'),
  ]
  return `${isWhole ? 'z.int()' : 'z.number()'}${limits.join('')}`
}

function numberSample(schema: Schema): number {
  const number = (word: string): number | undefined => (typeof schema[word] === 'number' ? schema[word] : undefined)
  const above = number('exclusiveMinimum')
  const below = number('exclusiveMaximum')
  const step = number('multipleOf') ?? 1
  const least = Math.max(number('minimum') ?? -Infinity, above ?? -Infinity)
  const most = Math.min(number('maximum') ?? Infinity, below ?? Infinity)
  const fits = (one: number) =>
    one >= least &&
    one <= most &&
    one !== above &&
    one !== below &&
    Math.abs(one / step - Math.round(one / step)) < 1e-9 &&
    (schema.type !== 'integer' || Number.isSafeInteger(one))
  const [example] = listOfAny(schema.examples)
  const candidates = [
    example,
    schema.default,
    1,
    0,
    least,
    least + step,
    Math.ceil(least / step) * step,
    most,
    (least + most) / 2,
  ]
  return (
    (candidates
      .filter((one) => typeof one === 'number' && Number.isFinite(one))
      .find((one) => fits(one as number)) as number) ?? 1
  )
}

function listValue(schema: Schema, item: Value, { items }: Limits): Value {
  const own = typeof schema.maxItems === 'number' ? schema.maxItems : undefined
  const most = Math.max(1, Math.min(own ?? items, Math.max(items, 5), 100))
  const least = typeof schema.minItems === 'number' ? Math.min(schema.minItems, most) : 0
  const sample = Array.from({ length: Math.max(least, 1) }, () => item.sample)
  return {
    ...item,
    code: `z.array(${item.code})${least > 0 ? `.min(${least})` : ''}.max(${most})`,
    sample,
    given: sample,
    longest: most * item.longest,
    words: `list of ${item.words}`,
    comments: [...item.comments, ...(own !== undefined && own > most ? [`The spec allows ${own} items.`] : [])],
  }
}

function jsonValue(schema: Schema, { json }: Limits): Value {
  const sample = sampleOf(schema, 0)
  const kind = Array.isArray(sample) ? 'a list' : isObject(sample) ? 'an object' : 'a value'
  const written = JSON.stringify(sample)
  const names = pairsOf((schema.type === 'array' ? objectOf(schema.items) : schema).properties).map(([name]) => name)
  const hint =
    written.length <= 90
      ? `As JSON, such as ${written}`
      : `As JSON: ${kind === 'a list' ? 'a list of objects' : kind} with ${names.slice(0, 8).join(', ')}`
  return {
    code: `jsonText(${json}, ${quoted(kind)})`,
    sample,
    given: written.length <= json ? written : kind === 'a list' ? '[]' : '{}',
    choices: [],
    hint: plainText(hint, 140).replaceAll(/\s+/g, ' '),
    longest: json,
    comments: [],
    words: kind === 'a list' ? 'list of objects' : kind.replace(/^an? /, ''),
    isJson: true,
  }
}

/** A value that fits a schema as the reader writes it. */
function sampleOf(given: Schema, depth: number): unknown {
  const schema = formsOf(given).find(({ type }) => type !== 'null') ?? {}
  if (schema.type === 'array') return depth > 3 ? [] : [sampleOf(objectOf(schema.items), depth + 1)]
  if (schema.type === 'object') {
    const required = listOfAny(schema.required)
    const members = pairsOf(schema.properties).filter(
      ([name, one], index) => required.includes(name) || (index < 4 && depth < 2 && !acceptsAnything(objectOf(one))),
    )
    return Object.fromEntries(depth > 4 ? [] : members.map(([name, one]) => [name, sampleOf(objectOf(one), depth + 1)]))
  }
  if (isScalar(schema)) return scalarValue(schema, { text: 200, items: 5, json: 200 }).sample
  return {}
}
