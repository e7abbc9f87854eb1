import type { CallValues } from '../../calls/call-values.ts'
import { type CheckRun, call, keepCase } from '../../calls/check-run.ts'
import { ordinaryValues } from '../../calls/ordinary.ts'
import type { Job } from '../../calls/pace.ts'
import { Pool } from '../../calls/pool.ts'
import { type Subject, subjectsOf } from '../../calls/subjects.ts'
import type { SpecOperation } from '../../spec/spec.ts'
import { type Broken, brokenValues, extraText } from '../../values/broken.ts'
import { nothing, type Part, partsOf, withPart } from '../../values/parts.ts'
import { statusesOf } from './answer.ts'

const mostCases = 150

interface Case {
  values: CallValues
  what: string
  excuse: Broken['excuse']
  /** Whether a required member is left out of what changes an item. */
  isPartial?: boolean
}

/** Calls that each violate one keyword, at any depth: first one for each part. Any 4xx refuses them. */
export function* invalidCalls(run: CheckRun, operation: SpecOperation): Generator<Job> {
  // What an invalid call creates is not used by others.
  const apart = { ...run, pool: new Pool() }
  let left = mostCases
  for (const one of casesOf(run, operation)) {
    if (left-- <= 0) return
    yield () => sendInvalid(apart, operation, one)
  }
}

async function sendInvalid(run: CheckRun, operation: SpecOperation, one: Case): Promise<void> {
  const exchange = await call(run, operation, one.values)
  if (!exchange || exchange.status >= 300) return
  const isExcused = one.excuse === 'converted' || (one.excuse === 'dropped' && !exchange.text.includes(extraText))
  const code = isExcused ? 'invalid-converted' : one.excuse === 'format' ? 'invalid-format-taken' : 'invalid-taken'
  run.report.add(code, operation.id, `${one.what} and is answered with ${exchange.status}`, {
    pointer: operation.pointer,
    curl: exchange.curl,
    expected: statusesOf(operation, 'refusals'),
    // Generators describe a change by the schema of the whole item, and what is left out stays.
    ...(one.isPartial && { severity: 'warning' }),
  })
  keepCase(run, exchange, { operation, values: one.values })
}

/** One case after the other, since each starts from other ordinary values. */
function* casesOf(run: CheckRun, operation: SpecOperation): Generator<Case> {
  const subjects = subjectsOf(operation)
  for (const subject of subjects) {
    if (!subject.isRequired || subject.place === 'path' || !subject.input || !isChecked(subject)) continue
    const values = ordinaryValues(run, operation, { all: false })
    if (values)
      yield { values: subject.set(values, undefined), what: `${subject.label([])} is missing`, excuse: undefined }
  }
  const converted = new Set<string>()
  const parts = subjects.flatMap((subject) => {
    const known = new Set<string>()
    return wholeValues(run, operation, subject).flatMap((whole) =>
      partsOf(subject.schema, whole, (schema, one) => run.values.fits(schema, one)).flatMap((part) => {
        const key = `${subject.label(part.path)} ${JSON.stringify(part.form)}`
        if (known.has(key)) return []
        known.add(key)
        return [casesOfPart(run, operation, { subject, part, whole, converted })]
      }),
    )
  })
  yield* inTurn(parts)
}

/** The first of each, then the second of each, and so on. */
function* inTurn<Item>(sources: readonly Generator<Item>[]): Generator<Item> {
  let left = sources
  while (left.length > 0) {
    const more: Generator<Item>[] = []
    for (const source of left) {
      const { done, value } = source.next()
      if (done) continue
      more.push(source)
      yield value
    }
    left = more
  }
}

/** A header that steers HTTP may be read leniently. */
const isChecked = ({ input, place }: Subject): boolean =>
  place !== 'header' || !/^(if-|range$|prefer$|accept-|origin$|cookie$)/i.test(input?.name ?? '')

/** Values with every part: one for each branch of the schema, and of the schemas of its parts. */
function wholeValues(run: CheckRun, operation: SpecOperation, { schema, get }: Subject): unknown[] {
  const { values } = run
  const whole = get(ordinaryValues(run, operation, { all: true }) ?? { path: {}, query: {}, header: {}, cookie: {} })
  const first = whole ?? values.ordinary(schema, { all: true })
  const others = partsOf(schema, first, (one, value) => values.fits(one, value)).flatMap((part) =>
    values
      .branches(part.schema)
      .map((branch) => withPart(undefined, first, part.path, branch))
      .filter((one) => values.fits(schema, one)),
  )
  return [first, ...others].filter((one) => one !== undefined).slice(0, 6)
}

interface Place {
  subject: Subject
  part: Part
  whole: unknown
  /** The types of which a conversion was tried. */
  converted: Set<string>
}

function* casesOfPart(run: CheckRun, operation: SpecOperation, place: Place): Generator<Case> {
  const { subject, part, whole, converted } = place
  const words = new Set<string>()
  for (const { word, value, member, excuse } of brokenValues(part)) {
    // One case for each keyword, but more than one wrong type.
    const kind = word === 'type' ? `type ${typeof value} ${value === null}` : `${word} ${member ?? ''}`
    if (words.has(kind) || !isChecked(subject)) continue
    const path = member === undefined ? part.path : [...part.path, member]
    const label = subject.label(path)
    if (excuse === 'converted') {
      const habit = `${part.form.type} ${value === null}`
      if (converted.has(habit)) continue
      if (isInvalid(run, place, value)) converted.add(habit)
    }
    const values = ordinaryValues(run, operation, { all: false })
    if (!values) return
    const root = brokenRoot(run, subject, subject.get(values), whole, path, value)
    if (root === undefined) continue
    words.add(kind)
    const what = value === nothing ? `${label} is missing` : `${label} violates its ${word}, ${shorten(value)},`
    const isPartial = value === nothing && operation.method === 'PATCH' && subject.place === 'body'
    // An optional body that is null may be no body.
    const isLeftOut = value === null && path.length === 0 && subject.place === 'body' && !subject.isRequired
    yield { values: subject.set(values, root), what, excuse: isLeftOut ? 'converted' : excuse, isPartial }
  }
}

const shorten = (value: unknown): string => JSON.stringify(value)?.slice(0, 40) ?? 'nothing'

const isInvalid = (run: CheckRun, { subject, part, whole }: Place, value: unknown): boolean =>
  !subject.mayFit(run.values, withPart(undefined, whole, part.path, value))

/** The least in which this part is broken and nothing else. Undefined where it would be valid, or is not written. */
function brokenRoot(
  run: CheckRun,
  subject: Subject,
  least: unknown,
  whole: unknown,
  path: Part['path'],
  value: unknown,
): unknown {
  const isAbsent = least === undefined
  for (const base of isAbsent ? [undefined] : [least, undefined]) {
    // With the right value there, it is valid.
    const right = withPart(base, whole, path, partAt(whole, path) ?? nothing)
    if (!run.values.fits(subject.schema, right)) continue
    const root = withPart(base, whole, path, value)
    if (root === nothing || subject.mayFit(run.values, root)) continue
    return isWritten(subject, root) ? root : undefined
  }
  return undefined
}

const partAt = (value: unknown, path: Part['path']): unknown =>
  path.reduce<unknown>((found, step) => (found as Record<string | number, unknown> | undefined)?.[step], value)

/** Whether the value is sent as it is: an object in a parameter of text is not. */
function isWritten({ input, place }: Subject, value: unknown): boolean {
  if (place === 'body' || input?.object === 'json') return true
  const isObject = (one: unknown) => one !== null && typeof one === 'object' && !Array.isArray(one)
  if (isObject(value) && input?.object === undefined) return false
  if (!isObject(value) && input?.object !== undefined) return false
  const parts = value !== null && typeof value === 'object' ? Object.values(value) : [value]
  if (place === 'header' || place === 'cookie')
    if (!parts.every((one) => /^[!-~]([ -~]*[!-~])?$/.test(String(one)))) return false
  return parts.every((one) => one === null || typeof one !== 'object')
}
