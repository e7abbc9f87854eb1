import { formsOf, isOfType, plainText } from '@reference-plugins/reader'
import { quoted } from '../files/text.ts'
import { wordsOf } from '../operations/operation-name.ts'
import type { HttpOperation, Input, Part } from './input.ts'
import { readParts } from './parts.ts'
import { type Limits, readValue, type Value } from './value.ts'

const mostInputs = 40
const longestDescription = 200
/** In characters of a JSON body: core takes 262,144 bytes, and some clients write 12 for a character. */
const longestBody = 20_000
const reserved = [...Object.getOwnPropertyNames(Object.prototype), 'prototype']
/** Names that a handler cannot use for a variable, or uses for something else. */
const claimed = new Set(
  `api context given arguments eval undefined NaN Infinity globalThis Object Array String Number Boolean Date Map Set Symbol Promise
  await break case catch class const continue debugger default delete do else enum export extends false finally for function if implements import in
  instanceof interface let new null package private protected public return static super switch this throw true try typeof var void while with yield
  Error JSON Math Function RegExp escape unescape isNaN isFinite parseInt parseFloat Reflect Proxy Intl BigInt name`
    .split(/\s+/)
    .filter((word) => word !== 'name'),
)

export interface Inputs {
  inputs: Input[]
  comments: string[]
}

/** The flat input of an operation as code, or why it has none. `secrets` are the inputs that the client sends itself. */
export function readInputs(operation: HttpOperation, secrets: ReadonlySet<string>): Inputs | { refused: string } {
  const read = readParts(operation, secrets)
  if ('refused' in read) return read
  const { comments } = read
  const parts = read.parts
    .filter(({ isRequired }) => isRequired)
    .concat(read.parts.filter(({ isRequired }) => !isRequired))
  const kept = new Set(parts.slice(0, mostInputs))
  const over = read.parts.filter((part) => !kept.has(part))
  if (over.some(({ isRequired }) => isRequired))
    return { refused: `it has more than ${mostInputs} inputs that it needs` }
  if (over.length > 0)
    comments.push(
      `Not sent, because ${mostInputs} inputs are enough: ${over.map(({ wire }) => wire.join('.')).join(', ')}.`,
    )
  const list = read.parts.filter((part) => kept.has(part))
  const names = new Set<string>()
  const named = list.map((part) => ({ part, name: takeName(part, names) }))
  return { inputs: sized(named, operation), comments }
}

/** With limits that keep the body in the size that core reads. */
function sized(named: { part: Part; name: string }[], operation: HttpOperation): Input[] {
  for (const share of [1, 0.5, 0.25, 0.1, 0.05, 0.01]) {
    let body = 0
    const inputs = named.map(({ part, name }) => {
      const isBody = part.field.place === 'body'
      const limit = (whole: number): number => Math.max(5, Math.round(whole * (isBody ? share : 1)))
      const limits: Limits = { text: limit(isBody ? 2_000 : 500), items: limit(isBody ? 50 : 20), json: limit(4_000) }
      // What goes into the path is one text.
      const schema =
        part.field.place === 'path' && part.written
          ? { type: 'string', description: part.schema.description }
          : part.schema
      const value = readValue(schema, limits)
      if (isBody) body += value.longest
      return toInput(part, name, value, operation)
    })
    if (body <= longestBody || share === 0.01) return inputs
  }
  return []
}

function toInput(part: Part, name: string, value: Value, { target }: HttpOperation): Input {
  const { field, wire, isRequired } = part
  const isPath = field.place === 'path'
  const preset =
    isPath || target.method === 'PATCH' || target.method === 'PUT' || value.isJson ? undefined : presetOf(part, value)
  const { description, length } = describe(part, value)
  const optional = preset !== undefined ? `.default(${literal(preset)})` : isRequired || isPath ? '' : '.optional()'
  const text = isPath && part.written ? undefined : part.written
  return {
    name,
    variable: claimed.has(name) ? `${name}Value` : name,
    place: field.place,
    wire,
    code: `${value.code}${optional}.describe(${quoted(description)})`,
    comments: [
      ...value.comments,
      ...(length === undefined ? [] : [`The description is cut: the spec has ${length} characters.`]),
    ],
    isRequired: isRequired || isPath,
    isThere: isRequired || isPath || preset !== undefined,
    written: text,
    given: value.given,
    sent:
      text === 'json'
        ? JSON.stringify(value.sample)
        : text && Array.isArray(value.sample)
          ? value.sample.join(text.join)
          : value.sample,
    words: `${value.words}${value.choices.length > 0 ? ` (${value.choices.join(', ')})` : ''}${isRequired ? '' : ', optional'}`,
  }
}

/** What the API takes where nothing is given, if it is a value that the input has. */
function presetOf({ schema }: Part, value: Value): unknown {
  const [form] = formsOf(schema)
  const { default: preset } = { ...form, ...schema } as { default?: unknown }
  if (preset === undefined || preset === '' || typeof preset === 'object') return undefined
  if (value.code.startsWith('z.array') || value.code.startsWith('z.iso') || value.code.startsWith('z.guid'))
    return undefined
  if (value.choices.length > 0) return value.choices.includes(String(preset)) ? preset : undefined
  if (typeof preset === 'string')
    return value.words === 'text' && preset.length <= value.longest && !schema.pattern ? preset : undefined
  if (typeof preset === 'boolean') return value.words === 'boolean' ? preset : undefined
  if (value.words !== 'integer' && value.words !== 'number') return undefined
  if (!isOfType(preset, value.words)) return undefined
  const {
    minimum = -Infinity,
    maximum = Infinity,
    exclusiveMinimum = -Infinity,
    exclusiveMaximum = Infinity,
    multipleOf = 0,
  } = {
    ...form,
    ...schema,
  } as Record<string, number>
  const number = preset as number
  const fits = number >= minimum && number <= maximum && number > exclusiveMinimum && number < exclusiveMaximum
  return fits && (multipleOf === 0 || number % multipleOf === 0) ? number : undefined
}

const literal = (value: unknown): string => (typeof value === 'string' ? quoted(value) : JSON.stringify(value))

/** The description of the spec, with the choices and the form of JSON, which models have to know. */
function describe(
  { schema, label }: Part,
  { choices, hint }: Value,
): { description: string; length: number | undefined } {
  const said = plainText(schema.description, 5_000).replaceAll(/\s+/g, ' ')
  const missing =
    choices.length > 0 && choices.length <= 8 && !choices.every((choice) => said.slice(0, 150).includes(choice))
  const end = [missing ? `One of: ${choices.join(', ')}` : '', hint].filter(Boolean).join('. ')
  const words = said || humanised(label)
  const room = longestDescription - (end === '' ? 0 : end.length + 2)
  const start =
    words.length > room ? `${words.slice(0, Math.max(room - 1, 0)).replace(/[\uD800-\uDBFF]$/, '')}…` : words
  const joined = end === '' ? start : room < 5 ? end : `${start}${/[.!?…]$/.test(start) ? '' : '.'} ${end}`
  return { description: joined.slice(0, longestDescription), length: words.length > room ? said.length : undefined }
}

function humanised(label: string): string {
  const words = wordsOf(label).join(' ').toLowerCase() || label
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** A name that is an identifier stays; any other becomes one in camel case. */
function takeName({ label, field }: Part, taken: Set<string>): string {
  const words = wordsOf(label)
  const isNested = label.includes('_') && field.name !== label
  const camel = words
    .map((word, index) =>
      index === 0 ? word.charAt(0).toLowerCase() + word.slice(1) : word.charAt(0).toUpperCase() + word.slice(1),
    )
    .join('')
  const wanted = /^[A-Za-z][A-Za-z0-9_]*$/.test(label) && !isNested ? label : camel
  const fit = (/^[A-Za-z]/.test(wanted) ? wanted : `${field.place}${wanted}`).slice(0, 60)
  const base = reserved.includes(fit) ? `${fit}Value` : fit
  let name = base
  for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${base}${number}`
  taken.add(name.toLowerCase())
  return name
}
