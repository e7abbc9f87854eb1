import { type CallValues, noValues, withValue } from '../calls/call-values.ts'
import { type CheckRun, call } from '../calls/check-run.ts'
import type { Exchange } from '../calls/client.ts'
import { isLearnt, isOpaque, isVersion, ordinaryValues } from '../calls/ordinary.ts'
import type { Pool } from '../calls/pool.ts'
import type { Field, SpecOperation } from '../spec.ts'

// 401, 403, 404, 409, 412 and 429 say nothing about the input itself.
const refusedInput = [400, 406, 413, 415, 422]

/** Valid inputs: the minimum, all fields, and each field at each of its edges. */
export async function checkValid(run: CheckRun, operation: SpecOperation): Promise<void> {
  const { report, values } = run
  const least = ordinaryValues(run, operation, { all: false })
  if (!least) return report.skip(operation.id, 'answers', 'no input could be made that matches the schema')
  let first = await call(run, operation, least)
  if (first?.status === 409 && operation.fields.some(({ name }) => isVersion(name))) {
    // Other calls have changed the item since its version was learnt.
    const reader = run.operations.find(({ method, path }) => method === 'GET' && path === operation.path)
    if (reader) await call(run, reader, ordinaryValues(run, reader, { all: false }) ?? noValues())
    first = await call(run, operation, ordinaryValues(run, operation, { all: false }) ?? least)
  }
  if (!first) return
  judgeValid(run, operation, first, 'the minimal valid input')
  if (operation.method === 'DELETE' || first.status === 401) return
  const all = ordinaryValues(run, operation, { all: true })
  if (all && JSON.stringify(all).length > JSON.stringify(least).length) {
    const exchange = await call(run, operation, all)
    if (exchange) judgeValid(run, operation, exchange, 'every input at once')
  }
  for (const field of operation.fields) {
    if (field.place === 'path' || isLearnt(field.name) || isOpaque(field) || run.isOver()) continue
    if (run.given?.[field.name] !== undefined || isWholeBody(operation, field)) continue
    for (const edge of values.edges(field.schema)) {
      const input = withValue(ordinaryValues(run, operation, { all: false }) ?? least, field, edge)
      if (!isSendable(field, edge)) continue
      const exchange = await call(run, operation, input)
      if (exchange)
        judgeValid(run, operation, exchange, `${field.name} at an edge, ${JSON.stringify(edge)?.slice(0, 40)}`)
    }
  }
}

const isWholeBody = ({ bodies }: SpecOperation, { place, name }: Field): boolean =>
  (place === 'body' || place === 'form') && name === 'body' && bodies[0]?.isWhole === true

/** A 422 may be about the meaning, such as a URL that does not exist: it counts where other input is accepted. */
function judgeValid({ report }: CheckRun, operation: SpecOperation, { status, curl }: Exchange, what: string): void {
  if (!refusedInput.includes(status) || (status === 422 && !report.answered.has(operation.id))) return
  report.addTo(operation, 'valid-refused', `${what} is answered with ${status}`, curl)
}

/** An empty text or list cannot be written into a URL. */
const isSendable = ({ place, list }: Field, value: unknown): boolean =>
  place === 'body' ||
  !(
    value === '' ||
    (Array.isArray(value) &&
      // A separator inside an item looks like one between two items.
      (value.length === 0 || (list && list !== 'repeated' && value.some((one) => /[,|\s]/.test(String(one))))))
  )

/** Inputs that each violate one keyword of the schema. */
export async function checkInvalid(run: CheckRun, operation: SpecOperation): Promise<void> {
  const { values } = run
  for (const field of operation.fields) {
    if (['header', 'cookie'].includes(field.place) || run.isOver() || isWholeBody(operation, field)) continue
    if (field.required && field.place !== 'path') {
      const without = withValue(ordinaryValues(run, operation, { all: false }) ?? noValues(), field, undefined)
      await sendInvalid(run, operation, without, `${field.name} is missing`)
    }
    for (const { word, value } of values.broken(field.schema)) {
      if (!isInvalidAsSent(run, field, value)) continue
      const input = ordinaryValues(run, operation, { all: false })
      if (input)
        await sendInvalid(
          run,
          operation,
          withValue(input, field, value),
          `${field.name} violates its ${word}, ${JSON.stringify(value)?.slice(0, 40)}`,
        )
    }
  }
}

/** Whether a value is still invalid where it is sent: in a URL everything is text. */
function isInvalidAsSent(
  { check }: CheckRun,
  { place, schema, name, object, required }: Field,
  value: unknown,
): boolean {
  // Many servers take null for an optional value that is left out, as assistants mean it.
  if (place === 'body') return required || value !== null
  // A value that is not an object cannot be written in the form of one.
  if (object && object !== 'json') return false
  if (schema.type === 'array') {
    const items = [value].flat()
    if (items.some((one) => one === null || typeof one === 'object')) return false
    return items.length > 0 && !check.fits(schema, items) && !check.fits(schema, items.map(String))
  }
  if (value === null || typeof value === 'object') return false
  const text = String(value)
  if (text === '' || (place === 'path' && /^\.{1,2}$|\//.test(text))) return false
  const readings: unknown[] = [text]
  if (/^-?\d+(\.\d+)?$/.test(text)) readings.push(Number(text))
  if (text === 'true' || text === 'false') readings.push(text === 'true')
  return name !== '' && !readings.some((one) => check.fits(schema, one))
}

async function sendInvalid(run: CheckRun, operation: SpecOperation, input: CallValues, what: string): Promise<void> {
  const exchange = await call({ ...run, pool: forgetful }, operation, input)
  if (exchange && exchange.status < 300)
    run.report.addTo(operation, 'invalid-taken', `${what} and is answered with ${exchange.status}`, exchange.curl)
}

const forgetful = {
  learnMade() {},
  learn() {},
  find: () => undefined,
  versionOf: () => undefined,
  forget() {},
} as unknown as Pool
