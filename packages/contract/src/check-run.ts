import { checkAnswer } from './checks/answer.ts'
import { type Client, type Exchange, NoAnswer, toRequest } from './client.ts'
import type { Report } from './finding.ts'
import { type Pool, resourceOf } from './pool.ts'
import type { SchemaCheck } from './schema-check.ts'
import type { Field, Schema, SpecOperation } from './spec.ts'
import type { Values } from './values.ts'

/** What the checks of one run share. */
export interface CheckRun {
  client: Client
  report: Report
  check: SchemaCheck
  values: Values
  pool: Pool
  /** All operations that the run may call. */
  operations: readonly SpecOperation[]
  /** Values that cannot be made from a schema, by the name of the input. */
  given?: Readonly<Record<string, string>> | undefined
  /** Whether the time for the run is over. */
  isOver: () => boolean
}

/** A valid input, with learnt values where they are needed. Undefined where a field has no possible value. */
export function ordinaryInput(
  { values, pool, given }: CheckRun,
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

/** Whether any text may be sent, within its length. */
export const isText = ({ type, enum: choices, format, pattern }: Schema): boolean =>
  type === 'string' && !choices && !format && !pattern

/** A text that only an earlier answer can give: the server may refuse any other. */
export const isOpaque = ({ name, schema }: Field): boolean =>
  schema.type === 'string' && !schema.enum && /^(cursor|page_?token|after|before|continuation|next)$/i.test(name)
export const isVersion = (name: string): boolean => /(^|_)(version|revision)$/i.test(name)
export const isLearnt = (name: string): boolean => /(^|_)(id|version|revision)$|(Id|Version)$/.test(name)

/** Sends one input, judges the answer, and learns from it. */
export async function call(
  run: CheckRun,
  operation: SpecOperation,
  input: Record<string, unknown>,
): Promise<Exchange | undefined> {
  const { client, report, check, pool } = run
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
    if (error.kind === 'unsure') report.skip(operation.id, 'a call', error.message)
    else report.addTo(operation, error.kind === 'failed' ? 'unreachable' : 'answer-too-slow', error.message)
    return undefined
  }
}
