import type { CallValues } from '../calls/call-values.ts'
import { type CheckRun, call } from '../calls/check-run.ts'
import type { Exchange } from '../calls/client.ts'
import { isLearnt, ordinaryValues } from '../calls/ordinary.ts'
import { resourceOf } from '../calls/pool.ts'
import { asObject, type Schema, type SpecOperation } from '../spec/spec.ts'
import { formsOf, isSettable, memberSchema, typeOf } from '../values/forms.ts'
import { isFreeText } from '../values/texts.ts'
import { keyOf, pathNames, type Resource } from './resource.ts'
import { type Id, idOf, idText, isSecret, thingIn } from './things.ts'

/** Something that this run has created. */
export interface Thing {
  /** A word that only this thing has. */
  canary: string
  /** The path values with which it was created. */
  path: Record<string, unknown>
  sent: Schema
  made: Exchange
  /** Undefined where the answer does not say it. */
  id: Id | undefined
}

/** A thing as a finding names it. */
export const named = ({ id, canary }: Pick<Thing, 'id' | 'canary'>): string =>
  id === undefined ? `the item that has ${canary}` : `the item ${idText(id)}`

/** A member of a body that a client sets. */
export interface Member {
  name: string
  schema: Schema
  /** The one form of the schema that is not null. */
  form: Schema
  isText: boolean
}

/** The members that a client sets, other than secrets and references to other things. */
export function membersOf(run: CheckRun, { bodies: [body] }: SpecOperation): Member[] {
  if (!body) return []
  const names = new Set(namesOf(body.schema))
  return [...names].flatMap((name) => {
    const schema = formsOf(body.schema).reduce<Schema>(
      (found, form) => (Object.keys(found).length > 0 ? found : memberSchema(form, name)),
      {},
    )
    const form = formsOf(schema).find((one) => typeOf(one) !== 'null') ?? {}
    if (!isSettable(schema) || schema.writeOnly === true || isSecret(name) || isLearnt(name)) return []
    if (run.given?.[name] !== undefined || Object.keys(schema).length === 0) return []
    return [{ name, schema, form, isText: isFreeText({ type: 'string', ...form }) && typeOf(form) === 'string' }]
  })
}

const namesOf = (schema: Schema): string[] => formsOf(schema).flatMap((form) => Object.keys(asObject(form.properties)))

const likely = /^(name|title|text|todo|task|content|body|message|subject|summary|description|notes?|label|caption)$/i

/** A text member of its own for each purpose: the likely ones first, then those that are required. */
export function textMembers(run: CheckRun, operation: SpecOperation): Member[] {
  const required = operation.bodies[0]?.schema.required
  const rank = ({ name }: Member): number =>
    (likely.test(name) ? 0 : 2) + (Array.isArray(required) && required.includes(name) ? 0 : 1)
  return membersOf(run, operation)
    .filter(({ isText }) => isText)
    .sort((a, b) => rank(a) - rank(b))
}

/** Words that nothing else has: of letters only, so that each is one word in every index. */
export class Words {
  readonly #seed: number
  #turn = 0

  constructor(seed: number) {
    this.#seed = seed
  }

  next(): string {
    const turn = this.#turn++
    // The order of their creation is not their order by name.
    const digits = `${(turn * 7) % 10}${turn}${this.#seed}`
    return `canary${[...digits].map((digit) => 'bcdfghjklm'[Number(digit)] ?? 'z').join('')}`
  }
}

export interface MakeOptions {
  /** Members that are to have these values. Undefined leaves one out. */
  members?: Schema
  path?: Record<string, unknown>
  /** Without the optional members. */
  isLeast?: boolean
}

/** The values of a creation, with a word in its texts by which to find it. Undefined where no text takes it. */
export function newValues(
  run: CheckRun,
  { create }: Resource,
  canary: string,
  { members = {}, path, isLeast = false }: MakeOptions = {},
): CallValues | undefined {
  const made = create && ordinaryValues(run, create, { all: !isLeast, fresh: true })
  const [body] = create?.bodies ?? []
  if (!create || !made?.body || !body) return undefined
  const { value } = made.body
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined
  let sent: Schema = { ...(value as Schema) }
  const texts = textMembers(run, create)
  let isMarked = false
  for (const { name } of texts) {
    const isFirst = !isMarked
    if (!Object.hasOwn(sent, name) && !isFirst) continue
    // One text has the word alone; others have more, so that they can be told apart.
    const marked = { ...sent, [name]: isFirst ? canary : `${canary} ${name}` }
    if (!run.values.fits(body.schema, marked)) continue
    sent = marked
    isMarked = true
  }
  for (const [name, one] of Object.entries(members)) {
    if (one === undefined) delete sent[name]
    else sent[name] = one
  }
  if (!run.values.fits(body.schema, sent) && Object.keys(members).length === 0) return undefined
  return { ...made, path: { ...made.path, ...path }, body: { ...made.body, value: sent } }
}

/** Creates a thing. Undefined where it is refused. */
export async function make(
  run: CheckRun,
  resource: Resource,
  canary: string,
  options: MakeOptions = {},
): Promise<Thing | undefined> {
  const { create } = resource
  const tries = options.isLeast || options.members ? [options] : [options, { ...options, isLeast: true }]
  for (const one of tries) {
    const values = newValues(run, resource, canary, one)
    const made = create && values && (await call(run, create, values))
    if (made && made.status < 300) return toThing(run, resource, canary, values, made)
  }
  return undefined
}

export function toThing(run: CheckRun, resource: Resource, canary: string, values: CallValues, made: Exchange): Thing {
  const sent = asObject(values.body?.value)
  const id = newId(run, resource, sent, made)
  if (id !== undefined) resource.left.push({ id, path: values.path })
  return { canary, path: values.path, sent, made, id }
}

/** The id from Location, where that is the address of one thing, or from the answer. */
function newId(
  run: CheckRun,
  { create, read, change, replace, remove, path }: Resource,
  sent: Schema,
  { headers, json }: Exchange,
): Id | undefined {
  const one = read ?? change ?? replace ?? remove
  const key = one && create ? keyOf(one, create) : undefined
  const inAnswer = idOf(thingIn(json, sent), key, resourceOf(path)) ?? idOf(json, key, resourceOf(path))
  if (inAnswer !== undefined) return inAnswer
  const inLocation = one && key ? valueInAddress(headers.location, one.path, key) : undefined
  if (inLocation !== undefined) return inLocation
  // Some things are named by who creates them.
  const own = key === undefined ? undefined : sent[key]
  const input = one?.inputs.find(({ name, place }) => place === 'path' && name === key)
  return input && typeof own === 'string' && run.values.fits(input.schema, own) ? own : undefined
}

/** The value of a path parameter in an address. */
export function valueInAddress(address: string | undefined, path: string, key: string): string | undefined {
  const parsed = address === undefined ? undefined : URL.parse(address, 'http://localhost/')
  if (!parsed) return undefined
  const wanted = path.split('/').filter(Boolean)
  const given = parsed.pathname.split('/').filter(Boolean).slice(-wanted.length)
  const isThere =
    wanted.length === given.length && wanted.every((part, index) => part.includes('{') || part === given[index])
  const value = isThere ? given[wanted.indexOf(`{${key}}`)] : undefined
  try {
    return value === undefined ? undefined : decodeURIComponent(value)
  } catch {
    return value
  }
}

/** The call of an operation on one thing. Undefined where it cannot be named. */
export function valuesFor(
  run: CheckRun,
  { create }: Resource,
  operation: SpecOperation,
  { id, path }: Pick<Thing, 'id' | 'path'>,
): CallValues | undefined {
  const key = create && keyOf(operation, create)
  if (key !== undefined && id === undefined) return undefined
  const made = ordinaryValues(run, operation, { all: false })
  if (!made) return undefined
  const known = Object.fromEntries(
    pathNames(operation).map((name) => [name, name === key ? id : (path[name] ?? made.path[name])]),
  )
  let values: CallValues = { ...made, path: known }
  // Not a condition that was learnt from something else.
  values = { ...values, header: without(values.header, /^if-/i) }
  return values
}

const without = (members: Record<string, unknown>, names: RegExp): Record<string, unknown> =>
  Object.fromEntries(Object.entries(members).filter(([name]) => !names.test(name)))

/** Reads one thing. Undefined where nothing reads it. */
export async function readThing(run: CheckRun, resource: Resource, thing: Thing): Promise<Exchange | undefined> {
  const { read } = resource
  const values = read && valuesFor(run, resource, read, thing)
  return read && values && (await call(run, read, values))
}
