import { isNumber, keyOf, numberText, parseExact } from '@reference-plugins/reader/exact-json'
import { withNewKey } from '../acting/key.ts'
import { asArray, asObject, type Input, type Schema, type SpecBody, type SpecOperation } from '../spec/spec.ts'
import type { Wishes } from '../values/values.ts'
import { type CallValues, noValues, type OrdinaryOptions, valueAt, withValue } from './call-values.ts'
import type { CheckRun } from './check-run.ts'
import { unaskedOf } from './confirming.ts'
import { resourceBefore, resourceOf } from './pool.ts'

/**
 * Valid values, with given and learnt ones where they are needed, in the way in which the operation was accepted
 * before. Undefined where an input has no possible value.
 */
export function ordinaryValues(
  run: CheckRun,
  operation: SpecOperation,
  { all, fresh, choice, also, least }: OrdinaryOptions,
): CallValues | undefined {
  const habit = run.habits.get(operation.id)
  const wanted = also ?? (least ? undefined : habit?.also)
  const options = {
    all: all || (!least && habit?.all === true),
    fresh: fresh ?? habit?.fresh ?? false,
    choice: choice ?? habit?.choice ?? 0,
    ...(wanted !== undefined && { also: wanted }),
  }
  const wishes: Wishes = {
    ...options,
    given: (name, schema) => givenValue(run, operation, name, schema),
    learnt: (name, schema) => (isLearnt(name) ? learntValue(run, operation, { name, schema, ...options }) : undefined),
  }
  let made = noValues()
  // The last path value says to which others it belongs, and all of them what an ETag is of.
  const isPath = ({ place }: Input) => place === 'path'
  const { inputs } = operation
  for (const input of [...inputs.filter(isPath).toReversed(), ...inputs.filter((one) => !isPath(one))]) {
    const value = inputValue(run, operation, input, wishes, made)
    if (value === undefined) {
      if (input.required) return undefined
      continue
    }
    made = withValue(made, input, value)
  }
  const [body] = operation.bodies
  if (body && isBodySent(operation, body)) {
    const value = bodyValue(run, body, wishes)
    if (value === undefined && body.isRequired) return undefined
    if (value !== undefined) made = { ...made, body: { mediaType: body.mediaType, value } }
  }
  return withNewKey(run.values, operation, withAgreed(run, operation, withVersions(run, operation, made)))
}

/** A body of GET, HEAD and DELETE has no meaning, RFC 9110, and OpenAPI 3.0 ignores it. */
const isBodySent = ({ method }: SpecOperation, { isRequired }: SpecBody): boolean =>
  method === 'DELETE' ? isRequired : !['GET', 'HEAD', 'OPTIONS', 'TRACE'].includes(method)

function inputValue(run: CheckRun, operation: SpecOperation, input: Input, wishes: Wishes, made: CallValues): unknown {
  const { name, schema, place, required, examples } = input
  const { all, fresh, given, also } = wishes
  const known = given?.(name, schema)
  if (known !== undefined) return known
  const isWanted = required || also === name || (all && !isOpaque(input) && !isConditional(input))
  if (!isWanted) return undefined
  if (place === 'header' && /^if-(none-)?match$/i.test(name)) {
    const tag = run.pool.tagOf(operation.path, made)
    if (tag !== undefined) return tag
  }
  if (place === 'path') {
    const parent = Object.values(made.path)
      .map((one) => run.pool.parentsOf(one)[name])
      .find((one) => one !== undefined)
    if (parent !== undefined) return parent
  }
  const learnt =
    place === 'path' || isLearnt(name) ? learntValue(run, operation, { name, schema, choice: 0, place }) : undefined
  // A header such as Idempotency-Key must be new each time.
  const isNew = fresh || (place === 'header' && /key|nonce|request-id/i.test(name))
  const shown = isNew ? undefined : examples.find((one) => run.values.fits(schema, one))
  return learnt ?? shown ?? run.values.ordinary(schema, { ...wishes, fresh: isNew })
}

function bodyValue({ values }: CheckRun, { examples, schema }: SpecBody, wishes: Wishes): unknown {
  const shown = wishes.fresh
    ? undefined
    : examples.map((one) => settable(schema, one)).find((one) => values.fits(schema, one))
  return shown ?? values.ordinary(schema, wishes)
}

/** An example without what only the server sets. */
function settable(schema: Schema, example: unknown): unknown {
  if (example === null || typeof example !== 'object' || Array.isArray(example)) return example
  const hidden = new Set(membersWith(schema, 'readOnly'))
  return Object.fromEntries(Object.entries(example).filter(([name]) => !hidden.has(name)))
}

const membersWith = (schema: Schema, word: string): string[] => [
  ...Object.entries((schema.properties ?? {}) as Record<string, Schema>)
    .filter(([, one]) => one?.[word] === true)
    .map(([name]) => name),
  ...asArray(schema.allOf).flatMap((part) => membersWith(part as Schema, word)),
]

/** The version of the item that the path names, wherever the operation wants it. */
function withVersions({ pool }: CheckRun, { fields }: SpecOperation, made: CallValues): CallValues {
  let values = made
  for (const field of fields) {
    const isSent = field.place !== 'path' && isVersion(field.name) && valueAt(made, field) !== undefined
    const version = isSent ? pool.versionOf(Object.values(made.path).at(-1)) : undefined
    if (version !== undefined) values = withValue(values, field, version)
  }
  return values
}

/** The price or the state of what is acted on, where the caller has to name it as what was agreed to. */
export function withAgreed(run: CheckRun, operation: SpecOperation, made: CallValues): CallValues {
  if (operation.method === 'GET') return made
  const unasked = unaskedOf(operation)
  const ids = [
    ...Object.values(made.path).toReversed(),
    ...operation.fields.filter(({ name }) => isLearnt(name)).map((field) => valueAt(made, field)),
  ]
  const [found = {}] = ids.map((id) => run.pool.factsOf(id)).filter((one) => Object.keys(one).length > 0)
  const facts: Readonly<Record<string, unknown>> = { ...Object.fromEntries(amountsIn(found)), ...found }
  let values = made
  for (const field of operation.fields) {
    const { name, place, schema } = field
    const isAgreed = unasked.includes(name) || /^(amount|total|price|currency|fee|cost)$/i.test(name)
    if (place === 'path' || !isAgreed || run.given?.[name] !== undefined || valueAt(made, field) === undefined) continue
    const alike = Object.keys(facts).filter((one) => one.toLowerCase().endsWith(name.toLowerCase()))
    const rank = (one: string): number => (one === name ? 0 : /^total/i.test(one) ? 1 : 2)
    const [known] = alike.toSorted((a, b) => rank(a) - rank(b)).map((one) => facts[one])
    if (known !== undefined && run.values.fits(schema, known)) values = withValue(values, field, known)
  }
  return values
}

/** The amounts of a list such as `totals: [{ type: 'total', amount: 1950 }]`. */
const amountsIn = (facts: Readonly<Record<string, unknown>>): [name: string, amount: unknown][] =>
  Object.values(facts)
    .flatMap(asArray)
    .map(asObject)
    .flatMap(({ type, amount }) => (typeof type === 'string' && amount !== undefined ? [[type, amount]] : []))

/** What the user gives is text: where the schema wants something else, it is read as JSON. */
function givenValue({ given, values }: CheckRun, { id }: SpecOperation, name: string, schema: Schema): unknown {
  const text = given?.[`${id}.${name}`] ?? given?.[name]
  return text === undefined || values.fits(schema, text)
    ? text
    : (asJson(text).find((one) => values.fits(schema, one)) ?? text)
}

interface Wanted {
  name: string
  schema: Schema
  choice: number
  place?: string
}

/** A learnt value that fits the schema of the input, as text or as number. */
function learntValue({ pool, values }: CheckRun, { id, path }: SpecOperation, wanted: Wanted): unknown {
  const { name, schema, choice, place } = wanted
  const isPath = place === 'path'
  const resource = isPath ? resourceBefore(path, name) : resourceOf(path)
  const likely = pool.candidates({ name, resource, operation: id, ...(isPath && { place }) })
  // The id of something else: its name or its description may say of what.
  const words = `${schema.description ?? ''}`.toLowerCase().match(/[a-z]+/g) ?? []
  const named = isPath
    ? []
    : words.flatMap((word) => pool.candidates({ name: 'id', resource: word, place: 'path' }).slice(0, 1))
  const others = isPath ? [] : pool.ids()
  const fits = (one: unknown): boolean => values.fits(schema, one)
  const distinct = new Map<unknown, unknown>()
  for (const value of [...likely, ...(likely.length > 0 && choice === 0 ? [] : [...named, ...others])]) {
    const text = textOf(value)
    const one: unknown = [value, text].find(fits) ?? asJson(text).find(fits)
    if (one === undefined) continue
    if (choice === 0) return one
    distinct.set(keyOf(one), one)
  }
  return [...distinct.values()][choice % Math.max(1, distinct.size)]
}

const textOf = (value: unknown): string => (isNumber(value) ? numberText(value) : String(value))

function asJson(text: string): unknown[] {
  try {
    return [parseExact(text)]
  } catch {
    return []
  }
}

/** Headers that make a call depend on what the server has. */
const isConditional = ({ place, name }: Input): boolean =>
  place === 'header' && /^(if-|range$|prefer$|accept-|cache-control$|origin$|x-http-method)/i.test(name)

/** A text that only an earlier answer can give: the server may refuse any other. */
export const isOpaque = ({ name, schema }: { name: string; schema: Schema }): boolean =>
  [schema.type].flat().includes('string') &&
  !schema.enum &&
  /^(cursor|page_?token|next_?token|after|before|continuation|next|starting_?after|ending_?before)$/i.test(name)
export const isVersion = (name: string): boolean => /(^|_)(version|revision)$/i.test(name)
export const isLearnt = (name: string): boolean =>
  /(^|_)(id|ids|uuid|version|revision)$|(Id|ID|Ids|Uuid|Version)$/.test(name)
