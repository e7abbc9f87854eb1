import { isJsonType, isObject, listOfAny, objectOf, pairsOf, type Schema } from '@reference-plugins/reader'
import type { Report } from '../../rules/finding.ts'
import type { Severity } from '../../rules/rules.ts'
import { isPattern, type SchemaCheck } from '../../spec/schema-check.ts'
import { type SchemaPlace, type SchemaRoot, schemaRoots, schemasIn } from '../../spec/schema-places.ts'
import type { Spec } from '../../spec/spec.ts'

const types = ['string', 'number', 'integer', 'boolean', 'array', 'object', 'null', 'file']
const pairs = [
  ['minimum', 'maximum'],
  ['minLength', 'maxLength'],
  ['minItems', 'maxItems'],
  ['minProperties', 'maxProperties'],
] as const
/** A value is judged by its schema, which takes time. */
const mostValues = 1_500

type Say = (pointer: string, detail: string, severity?: Severity) => void

/** Judges every schema of a spec by itself, and the values that the spec shows of it. */
export function checkSchemas(spec: Spec, check: SchemaCheck, report: Report): void {
  const { document, operations } = spec
  const faulty: string[] = []
  const say: Say = (pointer, detail, severity) => {
    const owner = operations.find((one) => pointer.startsWith(`${one.pointer}/`))
    if (severity !== 'warning') faulty.push(pointer)
    report.add('spec-schema', owner?.id ?? 'spec', detail, { pointer, severity })
  }
  let values = 0
  for (const root of schemaRoots(document)) {
    const places = [...schemasIn(root.schema, root.pointer)]
    for (const place of places) {
      checkWords(place, spec, say)
      checkRequired(place, spec, say)
    }
    const message = check.invalidity(spec.schemas.read(root.schema, root.pointer))
    if (message !== undefined) {
      if (!faulty.some((pointer) => pointer.startsWith(root.pointer)))
        say(root.pointer, `the schema is invalid: ${message.slice(0, 200)}`)
      continue
    }
    for (const place of [...places.flatMap(valuesIn), ...valuesBeside(root, spec)])
      if (values++ < mostValues) checkValue(place, spec, check, say)
  }
}

function checkWords({ schema, pointer }: SchemaPlace, { version }: Spec, say: Say): void {
  for (const type of [schema.type].flat())
    if (type !== undefined && !types.includes(String(type)) && !isInMap(pointer))
      say(`${pointer}/type`, `${JSON.stringify(type)} is not a type`)
  for (const [low, high] of pairs) {
    const [least, most] = [schema[low], schema[high]]
    if (typeof least === 'number' && typeof most === 'number' && least > most)
      say(`${pointer}/${low}`, `${low} is ${least} and ${high} is ${most}, so nothing matches`)
  }
  if (typeof schema.pattern === 'string' && !isPattern(schema.pattern))
    say(`${pointer}/pattern`, `the pattern ${schema.pattern.slice(0, 80)} is not a regular expression of JavaScript`)
  const { enum: choices } = schema
  if (Array.isArray(choices)) {
    if (choices.length === 0) say(`${pointer}/enum`, 'enum is empty, so nothing matches')
    if (new Set(choices.map((one) => JSON.stringify(one))).size < choices.length)
      say(`${pointer}/enum`, 'a value of enum is repeated', 'warning')
    const wrong = choices.find((one) => one !== null && !isOfTypes(one, schema.type))
    if (wrong !== undefined) say(`${pointer}/enum`, `${JSON.stringify(wrong)} of enum is not of type ${schema.type}`)
  }
  if (schema.readOnly === true && schema.writeOnly === true)
    say(pointer, 'it is readOnly and writeOnly, so it is never used', 'warning')
  if (version === '3.1' && schema.nullable !== undefined && typeof schema.nullable === 'boolean')
    say(`${pointer}/nullable`, 'nullable means nothing in OpenAPI 3.1: write a list of types', 'warning')
  if (version === '3.0' && schema.type === 'array' && schema.items === undefined)
    say(pointer, 'it is a list and has no items', 'warning')
}

const isInMap = (pointer: string): boolean => /\/(properties|patternProperties)$/.test(pointer)

function isOfTypes(value: unknown, type: unknown): boolean {
  const named = [type].flat().filter((one) => types.includes(String(one)))
  const own = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value
  return (
    named.length === 0 ||
    named.some(
      (one) =>
        one === own || (own === 'number' && (one === 'number' || (one === 'integer' && Number.isInteger(value)))),
    )
  )
}

/** What is required must be described, by the schema itself or by another of the same value. */
function checkRequired({ schema, pointer, around }: SchemaPlace, { follow }: Spec, say: Say): void {
  if (!Array.isArray(schema.required) || !schema.required.every((one) => typeof one === 'string')) return
  const { required } = schema as { required: string[] }
  const twice = required.find((name, index) => required.indexOf(name) !== index)
  if (twice !== undefined) say(`${pointer}/required`, `${twice} is required twice`, 'warning')
  const names = new Set<string>()
  const isOpen = [schema, ...around].map((one) => collectNames(one, names, follow, 0)).some(Boolean)
  if (names.size === 0 || isOpen) return
  for (const name of required)
    if (!names.has(name)) say(`${pointer}/required`, `it requires ${name}, which it does not describe`, 'warning')
}

/** Answers whether members may be described without their name. */
function collectNames(schema: Schema, names: Set<string>, follow: Spec['follow'], depth: number): boolean {
  const whole = objectOf(follow(schema))
  for (const [name] of pairsOf(whole.properties)) names.add(name)
  for (const [name] of pairsOf(schema.properties)) names.add(name)
  const parts = ['allOf', 'anyOf', 'oneOf'].flatMap((word) => listOfAny(whole[word]))
  const inner = [...parts, whole.if, whole.then, whole.else].filter(isObject)
  const isOpen = isObject(whole.patternProperties) || Boolean(whole.additionalProperties)
  return depth < 8 ? inner.map((one) => collectNames(one, names, follow, depth + 1)).some(Boolean) || isOpen : true
}

interface ShownValue {
  schema: Schema
  schemaPointer: string
  value: unknown
  pointer: string
  word: string
}

function valuesIn({ schema, pointer }: SchemaPlace): ShownValue[] {
  if (isInMap(pointer)) return []
  const one = (word: string): ShownValue[] =>
    schema[word] === undefined
      ? []
      : [{ schema, schemaPointer: pointer, value: schema[word], pointer: `${pointer}/${word}`, word }]
  const examples = listOfAny(schema.examples).map((value, index) => ({
    ...{ schema, schemaPointer: pointer, value, word: 'examples' },
    pointer: `${pointer}/examples/${index}`,
  }))
  return [...one('default'), ...one('example'), ...examples]
}

function valuesBeside({ schema, pointer, owner, ownerPointer }: SchemaRoot, { follow }: Spec): ShownValue[] {
  const of = (value: unknown, place: string, word: string): ShownValue => ({
    ...{ schema, schemaPointer: pointer, value, word },
    pointer: place,
  })
  const named = isObject(owner.examples) ? pairsOf(owner.examples) : []
  return [
    ...(owner.example === undefined ? [] : [of(owner.example, `${ownerPointer}/example`, 'example')]),
    ...named.flatMap(([name, given]) => {
      const { value } = objectOf(follow(given))
      return value === undefined
        ? []
        : [of(value, `${ownerPointer}/examples/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, 'example')]
    }),
  ]
}

/** An example of a whole thing may leave out what only one side sends. */
function checkValue(
  { schema, schemaPointer, value, pointer, word }: ShownValue,
  { schemas }: Spec,
  check: SchemaCheck,
  say: Say,
): void {
  // Of XML and the like the whole text is shown.
  const [, mediaType] = /\/content\/([^/]+)\/schema/.exec(schemaPointer) ?? []
  if (typeof value === 'string' && mediaType !== undefined && !isJsonType(mediaType.replaceAll('~1', '/'))) return
  try {
    const faults = ([undefined, 'request', 'response'] as const).map((direction) =>
      check.fault(schemas.read(schema, schemaPointer, direction), value),
    )
    if (faults.includes(undefined)) return
    // A branch may tell the text of a URL from what it stands for, and its default is of the other.
    const isInBranch = /\/(anyOf|oneOf)\/\d+\/default$/.test(pointer)
    const isHarmless = word !== 'default' || value === null || isInBranch
    say(
      pointer,
      `the ${word === 'default' ? 'default' : 'example'} does not match: ${faults[1]}`,
      isHarmless ? 'warning' : undefined,
    )
  } catch {
    // The schema is invalid, which is reported.
  }
}
