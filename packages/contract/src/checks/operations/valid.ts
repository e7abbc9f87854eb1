import { isKeyInput } from '../../acting/key.ts'
import type { CallValues } from '../../calls/call-values.ts'
import { type CheckRun, call } from '../../calls/check-run.ts'
import type { Exchange } from '../../calls/client.ts'
import { isLearnt, isOpaque, isVersion, ordinaryValues } from '../../calls/ordinary.ts'
import type { Job } from '../../calls/pace.ts'
import { type Subject, subjectsOf } from '../../calls/subjects.ts'
import { asArray, asObject, type SpecOperation } from '../../spec/spec.ts'
import { type Edge, edgesOf } from '../../values/edges.ts'
import { type Part, partsOf, withPart } from '../../values/parts.ts'
import { isRefusal, isTaken, judgeRefusals, type Outcome, type Placed, sendPart } from './refusals.ts'
import { optionsToReach } from './unknown-values.ts'

const mostEdges = 120

/** Valid calls: the least and everything at once. Answers the others, with each part at each of its edges. */
export async function checkValid(run: CheckRun, operation: SpecOperation): Promise<Iterable<Job>> {
  const { report } = run
  const least = ordinaryValues(run, operation, { all: false, least: true })
  if (!least) {
    const reason = `no input could be made that matches the schema: ${optionsToReach(run, operation)}`
    report.skip(operation.id, 'answers', reason)
    return []
  }
  const first = await callCurrent(run, operation, least)
  if (!first || operation.method === 'DELETE' || first.status === 401) return []
  const whole = ordinaryValues(run, operation, { all: true })
  const all = whole && JSON.stringify(whole).length > JSON.stringify(least).length ? whole : undefined
  const full = all && (await call(run, operation, all))
  if (isRefusal(first) && all && isTaken(full)) await findNeeded(run, operation, { least, all }, first)
  else if (isTaken(first) && all && isTaken(full)) await findNeededMember(run, operation, { least, all })
  const base = isTaken(first) ? least : ordinaryValues(run, operation, { all: false })
  if (!base || (!isTaken(first) && !run.habits.get(operation.id)?.isAccepted)) return []
  await checkMediaTypes(run, operation, base)
  return edgeCalls(run, operation, { whole, base })
}

function* edgeCalls(
  run: CheckRun,
  operation: SpecOperation,
  { whole, base }: { whole: CallValues | undefined; base: CallValues },
): Generator<Job> {
  let left = mostEdges
  for (const subject of subjectsOf(operation)) {
    const value = subject.get(whole ?? base) ?? subject.get(base)
    if (value === undefined || subject.place === 'path') continue
    for (const part of partsOf(subject.schema, value, (schema, one) => run.values.fits(schema, one))) {
      if (left <= 0) return
      if (isNamedByOthers(run, subject, part)) continue
      yield async () => {
        left -= await checkPart(run, operation, { subject, part, whole: value })
      }
    }
  }
}

/** Whether a part has a value that is given or learnt, of which the schema says little. */
function isNamedByOthers({ given }: CheckRun, { input }: Subject, { path, schema }: Part): boolean {
  const name = String(path.filter((step) => typeof step === 'string').at(-1) ?? input?.name ?? '')
  return (
    given?.[name] !== undefined ||
    isLearnt(name) ||
    isKeyInput({ name, schema }) ||
    isOpaque({ name, schema }) ||
    /^if-/i.test(name)
  )
}

/** Answers how many calls it made. */
async function checkPart(run: CheckRun, operation: SpecOperation, placed: Placed): Promise<number> {
  const { subject, part, whole } = placed
  const { path, schema } = part
  const isValid = (value: unknown): boolean => {
    const root = withPart(undefined, whole, path, value)
    return subject.isClear(root) && run.values.fits(subject.schema, root)
  }
  const branches = run.values.branches(schema).map((value): Edge => ({ value, isListed: !hasIds(value) }))
  const edges = unique([...edgesOf(part), ...branches]).filter(({ value }) => isValid(value))
  if (edges.length === 0) return 0
  /** Another ordinary value of this part, all else ordinary. */
  const control = async (): Promise<unknown> => {
    const value = run.values.ordinary(schema, { fresh: true, all: true })
    return value !== undefined && isValid(value) && isTaken(await sendPart(run, operation, placed, value))
      ? value
      : undefined
  }
  const accepted = new Set<string>()
  const refused: Outcome['refused'] = []
  const before = await control()
  if (before !== undefined) accepted.add(JSON.stringify(before))
  for (const edge of edges) {
    const exchange = await sendPart(run, operation, placed, edge.value)
    if (isTaken(exchange)) accepted.add(JSON.stringify(edge.value))
    else if (exchange && isRefusal(exchange)) refused.push({ edge, exchange })
  }
  if (refused.length > 0) await judgeRefusals(run, operation, placed, { accepted, refused, after: await control() })
  return edges.length + 1
}

/** Whether a branch refers to other things, which may not exist. */
const hasIds = (value: unknown): boolean =>
  value !== null &&
  typeof value === 'object' &&
  Object.entries(value).some(([name, one]) => isLearnt(name) || hasIds(one))

const unique = (edges: Edge[]): Edge[] => [...new Map(edges.map((one) => [JSON.stringify(one.value), one])).values()]

/** Calls again where other calls have changed the item since its version was learnt. */
async function callCurrent(run: CheckRun, operation: SpecOperation, values: CallValues): Promise<Exchange | undefined> {
  const exchange = await call(run, operation, values)
  const isStale = exchange?.status === 412 || exchange?.status === 428
  if (!isStale && !(exchange?.status === 409 && operation.fields.some(({ name }) => isVersion(name)))) return exchange
  const reader = run.operations.find(({ method, path }) => method === 'GET' && path === operation.path)
  const reading = reader && ordinaryValues(run, reader, { all: false })
  if (reader && reading) await call(run, reader, { ...reading, path: values.path })
  const current = ordinaryValues(run, operation, { all: false })
  return current ? call(run, operation, current) : exchange
}

/** Everything at once is accepted, and the least is not: one optional input may be needed after all. */
async function findNeeded(
  run: CheckRun,
  operation: SpecOperation,
  { least, all }: { least: CallValues; all: CallValues },
  refusal: Exchange,
): Promise<void> {
  const found: string[] = []
  for (const subject of subjectsOf(operation)) {
    const [own, whole] = [subject.get(least), subject.get(all)]
    if (whole === undefined) continue
    const parts =
      own === undefined
        ? [{ path: [], value: whole }]
        : partsOf(subject.schema, whole, (schema, one) => run.values.fits(schema, one)).filter(
            ({ path }) => path.length === 1 && typeof path[0] === 'string' && !hasMember(own, path[0]),
          )
    for (const { path, value } of parts) {
      const exchange = await call(run, operation, subject.set(least, withPart(own, whole, path, value)))
      if (isTaken(exchange)) found.push(subject.label(path))
    }
  }
  const [needed, ...others] = found
  // Where each of several repairs it, one of them is needed, which OpenAPI cannot say of parameters.
  if (needed === undefined || others.length > 0) return
  const what = `without ${needed}, which is optional, it is answered with ${refusal.status}, and with it with 2xx`
  run.report.addTo(operation, 'valid-refused', what, refusal.curl)
}

/**
 * The least of a body may have a member only because something has to be there, as in PATCH. Where everything without it
 * is refused, it is needed.
 */
async function findNeededMember(
  run: CheckRun,
  operation: SpecOperation,
  { least, all }: { least: CallValues; all: CallValues },
): Promise<void> {
  const body = subjectsOf(operation).find(({ place }) => place === 'body')
  const [own, whole] = [asObject(least.body?.value), asObject(all.body?.value)]
  const required = asArray(body?.schema.required)
  const [needed, ...more] = Object.keys(own).filter((name) => !required.includes(name))
  if (!body || needed === undefined || more.length > 0) return
  const rest = without(whole, needed)
  const names = Object.keys(rest).filter((name) => !required.includes(name))
  const others = names.slice(0, 3).map((name) => ({ ...without(own, needed), [name]: whole[name] }))
  const tried = [rest, ...others].filter((one) => run.values.fits(body.schema, one))
  if (tried.length < 3) return
  let refusal: Exchange | undefined
  for (const one of tried) {
    refusal = await call(run, operation, body.set(least, one))
    if (!refusal || !isRefusal(refusal)) return
  }
  const what = `whatever is sent without ${needed}, which is optional, is answered with ${refusal?.status}`
  run.report.addTo(operation, 'valid-refused', what, refusal?.curl)
}

const without = (members: Record<string, unknown>, name: string): Record<string, unknown> =>
  Object.fromEntries(Object.entries(members).filter(([one]) => one !== name))

const hasMember = (value: unknown, name: string): boolean =>
  value !== null && typeof value === 'object' && Object.hasOwn(value, name)

/** Each media type that the spec describes for the body, and a charset with JSON. */
async function checkMediaTypes(run: CheckRun, operation: SpecOperation, least: CallValues): Promise<void> {
  const [first, ...others] = operation.bodies
  if (!first || !least.body) return
  const kinds = [
    ...others.filter(({ mediaType }) => /json$|form/.test(mediaType)).map(({ mediaType }) => mediaType),
    ...(first.mediaType === 'application/json' ? ['application/json; charset=utf-8'] : []),
  ]
  for (const mediaType of kinds.slice(0, 3)) {
    const values = ordinaryValues(run, operation, { all: false })
    if (!values?.body) return
    const body = { mediaType, value: values.body.value }
    const other = others.find((one) => one.mediaType === mediaType)
    if (other && !run.values.fits(other.schema, body.value)) body.value = run.values.ordinary(other.schema)
    if (body.value === undefined) continue
    const exchange = await call(run, operation, { ...values, body })
    if (exchange?.status === 415)
      run.report.addTo(operation, 'valid-refused', `a body of ${mediaType} is answered with 415`, exchange.curl)
  }
}
