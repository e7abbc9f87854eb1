import type { Input, Schema, SpecOperation } from '../spec.ts'
import { type CallValues, noValues, valueAt, withValue } from './call-values.ts'
import type { CheckRun } from './check-run.ts'
import { resourceOf } from './pool.ts'

/** Valid values, with learnt ones where they are needed. Undefined where an input has no possible value. */
export function ordinaryValues(
  run: CheckRun,
  operation: SpecOperation,
  { all }: { all: boolean },
): CallValues | undefined {
  const { values } = run
  const given = (name: string, schema: Schema) => givenValue(run, name, schema)
  const learnt = (name: string, schema: Schema) =>
    isLearnt(name) ? learntValue(run, operation, name, schema) : undefined
  const wishes = { all, given, learnt }
  let made = noValues()
  for (const input of operation.inputs) {
    const { name, schema, place, required } = input
    const known = given(name, schema)
    if (!required && known === undefined && (!all || isOpaque(input))) continue
    const value =
      known ??
      (place === 'path' || isLearnt(name) ? learntValue(run, operation, name, schema) : undefined) ??
      exampleOf(run, input) ??
      values.ordinary(schema, wishes)
    if (value === undefined) return undefined
    made = withValue(made, input, value)
  }
  const [body] = operation.bodies
  if (body && (body.isRequired || all)) {
    const { mediaType, schema } = body
    const value = body.examples.find((one) => values.fits(schema, one)) ?? values.ordinary(schema, wishes)
    if (value === undefined) return undefined
    made = { ...made, body: { mediaType, value } }
  }
  for (const field of operation.fields) {
    const isSent = field.place !== 'path' && isVersion(field.name) && valueAt(made, field) !== undefined
    const version = isSent ? run.pool.versionOf(Object.values(made.path)[0]) : undefined
    if (version !== undefined) made = withValue(made, field, version)
  }
  return made
}

const exampleOf = ({ values }: CheckRun, { examples, schema }: Input): unknown =>
  examples.find((one) => values.fits(schema, one))

/** What the user gives is text: where the schema wants something else, it is read as JSON. */
function givenValue({ given, values }: CheckRun, name: string, schema: Schema): unknown {
  const text = given && Object.hasOwn(given, name) ? given[name] : undefined
  return text === undefined || values.fits(schema, text)
    ? text
    : (readings(text).find((one) => values.fits(schema, one)) ?? text)
}

/** A learnt value that fits the schema of the input, as text or as number. */
function learntValue(run: CheckRun, operation: SpecOperation, name: string, schema: Schema): unknown {
  const value = run.pool.find({ name }, resourceOf(operation.path))
  return value === undefined
    ? undefined
    : [value, String(value), ...readings(String(value))].find((one) => run.values.fits(schema, one))
}

function readings(text: string): unknown[] {
  try {
    return [JSON.parse(text)]
  } catch {
    return []
  }
}

/** A text that only an earlier answer can give: the server may refuse any other. */
export const isOpaque = ({ name, schema }: { name: string; schema: Schema }): boolean =>
  schema.type === 'string' && !schema.enum && /^(cursor|page_?token|after|before|continuation|next)$/i.test(name)
export const isVersion = (name: string): boolean => /(^|_)(version|revision)$/i.test(name)
export const isLearnt = (name: string): boolean => /(^|_)(id|version|revision)$|(Id|Version)$/.test(name)
