import { type Client, type Exchange, NoAnswer, toRequest } from '../client.ts'
import type { Report } from '../finding.ts'
import { type Pool, resourceOf } from '../pool.ts'
import type { SchemaCheck } from '../schema-check.ts'
import type { Field, SpecOperation } from '../spec.ts'
import type { Values } from '../values.ts'
import { checkAnswer } from './answer.ts'

export interface Bench {
  client: Client
  report: Report
  check: SchemaCheck
  values: Values
  pool: Pool
  /** All that may be called. */
  operations: readonly SpecOperation[]
  /** Values that no schema tells, by the name of the input. */
  given?: Readonly<Record<string, string>> | undefined
  /** Whether the time of the whole run is over. */
  isOver: () => boolean
}

// 401, 403, 404, 409, 412 and 429 say nothing of the input itself.
const refusedInput = [400, 406, 413, 415, 422]

/** An input that fits, with what was learnt where it is needed. Undefined where a field can have no value. */
export function ordinaryInput(
  { values, pool, given }: Bench,
  operation: SpecOperation,
  all: boolean,
): Record<string, unknown> | undefined {
  const input: Record<string, unknown> = {}
  for (const field of operation.fields) {
    const known = given?.[field.name]
    if (!field.required && known === undefined && (!all || isOpaque(field))) continue
    const learnt =
      field.place === 'path' || isLearnt(field.name) ? pool.find(field, resourceOf(operation.path)) : undefined
    const value = known ?? learnt ?? values.ordinary(field.schema)
    if (value === undefined) return undefined
    input[field.name] = value
  }
  for (const { name, place } of operation.fields) {
    const version =
      place !== 'path' && Object.hasOwn(input, name) && isVersion(name)
        ? pool.versionOf(Object.values(input)[0])
        : undefined
    if (version !== undefined) input[name] = version
  }
  return input
}

/** A text that only an earlier answer can give: any other is refused with right. */
const isOpaque = ({ name, schema }: Field): boolean =>
  schema.type === 'string' && !schema.enum && /^(cursor|page_?token|after|before|continuation|next)$/i.test(name)
const isVersion = (name: string): boolean => /(^|_)(version|revision)$/i.test(name)
const isLearnt = (name: string): boolean => /(^|_)(id|version|revision)$|(Id|Version)$/.test(name)

/** Sends one input, judges the answer by itself, and learns from it. */
export async function call(
  bench: Bench,
  operation: SpecOperation,
  input: Record<string, unknown>,
): Promise<Exchange | undefined> {
  const { client, report, check, pool } = bench
  try {
    const exchange = await client.send(toRequest(operation, input))
    checkAnswer({ operation, exchange, check, report, token: client.token })
    if (exchange.status < 300) {
      report.answered.add(operation.id)
      if (operation.method === 'POST') pool.learnMade(exchange.json)
      pool.learn(exchange.json, resourceOf(operation.path))
    }
    return exchange
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error
    report.add('unreachable', operation.id, error.message, { pointer: operation.pointer })
    return undefined
  }
}

/** Inputs that fit: the least, all, and each field at each of its edges. */
export async function checkValid(bench: Bench, operation: SpecOperation): Promise<void> {
  const { report, values } = bench
  const least = ordinaryInput(bench, operation, false)
  if (!least) return report.skip(operation.id, 'answers', 'no input could be made that fits the schema')
  let first = await call(bench, operation, least)
  if (first?.status === 409 && operation.fields.some(({ name }) => isVersion(name))) {
    // Other calls have changed the thing since its version was learnt.
    const reader = bench.operations.find(({ method, path }) => method === 'GET' && path === operation.path)
    if (reader) await call(bench, reader, ordinaryInput(bench, reader, false) ?? {})
    first = await call(bench, operation, ordinaryInput(bench, operation, false) ?? least)
  }
  if (!first) return
  judgeValid(bench, operation, first, 'the least that fits')
  if (operation.method === 'DELETE' || first.status === 401) return
  const all = ordinaryInput(bench, operation, true)
  if (all && Object.keys(all).length > Object.keys(least).length) {
    const exchange = await call(bench, operation, all)
    if (exchange) judgeValid(bench, operation, exchange, 'every input at once')
  }
  for (const field of operation.fields) {
    if (field.place === 'path' || isLearnt(field.name) || isOpaque(field) || bench.isOver()) continue
    if (bench.given?.[field.name] !== undefined) continue
    for (const edge of values.edges(field.schema)) {
      const input = { ...ordinaryInput(bench, operation, false), [field.name]: edge }
      if (!isSendable(field, edge)) continue
      const exchange = await call(bench, operation, input)
      if (exchange)
        judgeValid(bench, operation, exchange, `${field.name} at an edge, ${JSON.stringify(edge)?.slice(0, 40)}`)
    }
  }
}

/** A 422 may be about what the words mean, such as a URL behind which is nothing: it counts where other input is taken. */
function judgeValid({ report }: Bench, operation: SpecOperation, { status, curl }: Exchange, what: string): void {
  if (!refusedInput.includes(status) || (status === 422 && !report.answered.has(operation.id))) return
  report.add('valid-refused', operation.id, `${what} is answered with ${status}`, { pointer: operation.pointer, curl })
}

/** An empty text or list is not there any more when it has been written into a URL. */
const isSendable = ({ place, list }: Field, value: unknown): boolean =>
  place === 'body' ||
  !(
    value === '' ||
    (Array.isArray(value) &&
      // A separator inside an item cannot be told from one between two.
      (value.length === 0 || (list && list !== 'repeated' && value.some((one) => /[,|\s]/.test(String(one))))))
  )

/** Inputs that break one word of the schema each. */
export async function checkInvalid(bench: Bench, operation: SpecOperation): Promise<void> {
  const { values } = bench
  for (const field of operation.fields) {
    if (['header', 'cookie'].includes(field.place) || bench.isOver()) continue
    if (field.required && field.place !== 'path') {
      const { [field.name]: _, ...without } = ordinaryInput(bench, operation, false) ?? {}
      await sendInvalid(bench, operation, without, `${field.name} is left out`)
    }
    for (const { word, value } of values.broken(field.schema)) {
      if (!isInvalidAsSent(bench, field, value)) continue
      const input = ordinaryInput(bench, operation, false)
      if (input)
        await sendInvalid(
          bench,
          operation,
          { ...input, [field.name]: value },
          `${field.name} breaks its ${word}, ${JSON.stringify(value)?.slice(0, 40)}`,
        )
    }
  }
}

/** Whether a value is wrong still when it is read back from where it is sent: in a URL all is text. */
function isInvalidAsSent({ check }: Bench, { place, schema, name, object }: Field, value: unknown): boolean {
  if (place === 'body') return true
  // What is no object cannot be written in the form of one.
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

async function sendInvalid(
  bench: Bench,
  operation: SpecOperation,
  input: Record<string, unknown>,
  what: string,
): Promise<void> {
  const exchange = await call({ ...bench, pool: forgetful }, operation, input)
  if (exchange && exchange.status < 300)
    bench.report.add('invalid-taken', operation.id, `${what}, and is answered with ${exchange.status}`, {
      pointer: operation.pointer,
      curl: exchange.curl,
    })
}

const forgetful = {
  learnMade() {},
  learn() {},
  find: () => undefined,
  versionOf: () => undefined,
  forget() {},
} as unknown as Pool
