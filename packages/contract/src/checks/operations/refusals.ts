import { randomInt } from 'node:crypto'
import type { CallValues } from '../../calls/call-values.ts'
import { type CheckRun, call } from '../../calls/check-run.ts'
import type { Exchange } from '../../calls/client.ts'
import { ordinaryValues } from '../../calls/ordinary.ts'
import { type Subject, subjectsOf } from '../../calls/subjects.ts'
import type { Schema, SpecOperation } from '../../spec/spec.ts'
import type { Edge } from '../../values/edges.ts'
import { typeOf } from '../../values/forms.ts'
import { limitsOf } from '../../values/numbers.ts'
import { type Part, partsOf, withPart } from '../../values/parts.ts'
import { statusesOf } from './answer.ts'

/** 401, 403, 404, 409, 412 and 429 say nothing about the values themselves. */
export const isRefusal = ({ status }: Exchange): boolean => [400, 406, 413, 414, 415, 422, 431].includes(status)
export const isTaken = (exchange: Exchange | undefined): exchange is Exchange =>
  exchange !== undefined && exchange.status < 300

/** A part of one value of a call. */
export interface Placed {
  subject: Subject
  part: Part
  /** A value of the subject that has every part. */
  whole: unknown
}

/** What came of the valid values that were sent in one place. */
export interface Outcome {
  /** As JSON. */
  accepted: Set<string>
  refused: { edge: Edge; exchange: Exchange }[]
  /** The ordinary value that is still accepted after all others. Undefined where none is. */
  after: unknown
}

/**
 * A refusal is a defect only if nothing but the schema can decide about what was refused. A server may also refuse for
 * the meaning of a value (there is no such author), for its own state (the name is taken) or for a rule between inputs
 * that OpenAPI cannot express (the end comes after the start). So all of this is needed:
 *
 * - The same operation accepts another valid call, before and after.
 * - The two calls differ in one place.
 * - There, the schema lists the value (enum, boolean, null), or the operation accepts two other values that were made up;
 *   of numbers also the one beside it or in the middle, since a few accepted ones may be the ids that exist.
 * - The value is refused as well with everything else in the call at once, and with other numbers beside it.
 * - A text like it is refused as well, or the same text may be given to several items.
 *
 * What is refused otherwise is listed as untested.
 */
export async function judgeRefusals(
  run: CheckRun,
  operation: SpecOperation,
  placed: Placed,
  { accepted, refused, after }: Outcome,
): Promise<void> {
  const label = placed.subject.label(placed.part.path)
  if (after !== undefined) accepted.add(JSON.stringify(after))
  for (const { edge, exchange } of refused) {
    const isDecided =
      after !== undefined && !isLanguage(label, placed) && isDecidedBySchema(operation, placed.part, edge, accepted)
    if (
      isDecided &&
      !(await isTakenElsewhere(run, operation, placed, edge.value)) &&
      !(await isPerhapsInUse(run, operation, placed, edge.value))
    )
      run.report.add(
        'valid-refused',
        operation.id,
        `${label} at an edge, ${shorten(edge.value)} is answered with ${exchange.status}, and ${shorten(after)} with 2xx`,
        {
          pointer: operation.pointer,
          curl: exchange.curl,
          expected: statusesOf(operation, 'successes'),
          ...(isCountedOtherwise(placed.part, edge.value) && { severity: 'warning' }),
        },
      )
    else
      run.report.skip(
        operation.id,
        label,
        `valid values were answered with ${exchange.status}, perhaps for their meaning: --value ${nameIn(label)}=VALUE`,
      )
  }
}

/** Whether the text is written in a small language of its own, of which the spec says nothing. */
const isLanguage = (label: string, { subject: { place } }: Placed): boolean =>
  place === 'query' && /^((order|sort)(_?by)?|fields?|select|include|expand|embed|filter|where)$/i.test(nameIn(label))

/** Whether a text is too long only for those who count UTF-16 units in place of characters, as many libraries do. */
const isCountedOtherwise = ({ form: { maxLength } }: Part, value: unknown): boolean =>
  typeof value === 'string' && typeof maxLength === 'number' && value.length > maxLength

function isDecidedBySchema(
  { method }: SpecOperation,
  { form }: Part,
  { value, isListed }: Edge,
  accepted: ReadonlySet<string>,
): boolean {
  // In a change a choice may depend on what the item was before.
  const isFree = method === 'GET' || method === 'POST' || value === null
  if (isListed) return accepted.size >= (isFree ? 1 : 2)
  if (accepted.size < 2 || typeof value !== 'number') return accepted.size >= 2
  const others = [...accepted].map(Number).filter(Number.isFinite)
  const { least, most } = limitsOf(form)
  const step = Number(form.multipleOf ?? (typeOf(form) === 'integer' ? 1 : 0.5))
  const isEnd = value === least || value === most
  const reach = isEnd && least !== undefined && most !== undefined ? Math.max(step, (most - least) / 2 + step) : step
  const isBetween = others.some((one) => one < value) && others.some((one) => one > value)
  return isBetween || others.some((one) => Math.abs(one - value) <= reach)
}

/** Whether a text is refused although one like it is accepted, where each item needs another text. */
async function isPerhapsInUse(
  run: CheckRun,
  operation: SpecOperation,
  placed: Placed,
  value: unknown,
): Promise<boolean> {
  const { subject, part, whole } = placed
  if (typeof value !== 'string' || subject.place !== 'body') return false
  for (const other of textsLike(value)) {
    const isValid = run.values.fits(subject.schema, withPart(undefined, whole, part.path, other))
    if (!isValid || !isTaken(await sendPart(run, operation, placed, other))) continue
    return isUnique(run, operation, placed)
  }
  return false
}

/** Texts of the same scripts and nearly the same length that no item has. */
function textsLike(value: string): string[] {
  const characters = [...value]
  const random = (length: number) => Array.from({ length }, () => letters[randomInt(letters.length)])
  if (characters.length < 8) return Array.from({ length: 6 }, () => random(characters.length).join(''))
  const start = characters.slice(0, 4)
  return [[...start, ...random(4), ...characters.slice(8)].join('')]
}

const letters = [
  ...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789αβγδεζηθλμνξπρστφψωбвгджзиклмнптфхцшщэюя',
]

/** Whether a second item with the same value in this place is refused. */
async function isUnique(run: CheckRun, operation: SpecOperation, { part }: Placed): Promise<boolean> {
  const list = operation.path.replace(/\/\{[^}]*\}\/?$/, '').replace(/\/$/, '')
  const create = run.operations.find(({ method, path }) => method === 'POST' && path.replace(/\/$/, '') === list)
  const subject = create && subjectsOf(create).find(({ place }) => place === 'body')
  const values = create && ordinaryValues(run, create, { all: true, fresh: true })
  const whole = values && subject?.get(values)
  if (!create || !subject || whole === undefined) return false
  const value = run.values.ordinary(part.schema, { fresh: true, all: true })
  const placed = { subject, part, whole }
  if (!isTaken(await sendPart(run, create, placed, value))) return false
  const again = await sendPart(run, create, placed, value)
  return again !== undefined && again.status >= 400 && again.status < 500
}

/** Sends ordinary values with one part that is another. */
export async function sendPart(
  run: CheckRun,
  operation: SpecOperation,
  { subject, part, whole }: Placed,
  value: unknown,
): Promise<Exchange | undefined> {
  const values = ordinaryValues(run, operation, { all: false })
  if (!values) return undefined
  const { schema, get, set } = subject
  const own = withPart(get(values), whole, part.path, value)
  const root = run.values.fits(schema, own) ? own : withPart(undefined, whole, part.path, value)
  return call(run, operation, set(values, root))
}

/** Whether the value is accepted with everything else at once, or with other numbers beside it. */
async function isTakenElsewhere(
  run: CheckRun,
  operation: SpecOperation,
  placed: Placed,
  value: unknown,
): Promise<boolean> {
  const { subject, part } = placed
  const all = ordinaryValues(run, operation, { all: true })
  const least = ordinaryValues(run, operation, { all: false })
  const choices: ((form: Schema) => unknown)[] = [
    () => value,
    (form) => limitsOf(form).least,
    (form) => limitsOf(form).most,
  ]
  const bases = [all, ...choices.map((one) => least && withNumbers(run, operation, least, one))]
  for (const base of bases) {
    if (base === undefined) continue
    const root = withPart(subject.get(base), placed.whole, part.path, value)
    if (!run.values.fits(subject.schema, root)) continue
    if (isTaken(await call(run, operation, subject.set(base, root)))) return true
  }
  return false
}

/** The same call with another number wherever there is one. */
function withNumbers(
  run: CheckRun,
  operation: SpecOperation,
  values: CallValues,
  choose: (form: Schema) => unknown,
): CallValues | undefined {
  let changed = values
  for (const subject of subjectsOf(operation)) {
    const value = subject.get(values)
    if (value === undefined || subject.place === 'path') continue
    let root: unknown = value
    for (const { path, form } of partsOf(subject.schema, value, (schema, one) => run.values.fits(schema, one))) {
      const number = ['integer', 'number'].includes(String(typeOf(form))) ? choose(form) : undefined
      const other = number === undefined ? root : withPart(root, root, path, number)
      if (run.values.fits(subject.schema, other)) root = other
    }
    changed = subject.set(changed, root)
  }
  return JSON.stringify(changed) === JSON.stringify(values) ? undefined : changed
}

export const shorten = (value: unknown): string => JSON.stringify(value)?.slice(0, 40) ?? 'nothing'
const nameIn = (label: string): string => /(\w+)(\[\])*$/.exec(label.replace('the body', ''))?.[1] ?? 'NAME'
