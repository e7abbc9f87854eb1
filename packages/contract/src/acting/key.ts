import { randomUUID } from 'node:crypto'
import { type CallValues, type Place, valueAt, withValue } from '../calls/call-values.ts'
import type { Schema, SpecOperation } from '../spec/spec.ts'
import type { Values } from '../values/values.ts'

/** Where an operation takes an idempotency key. */
export interface KeyPlace extends Place {
  schema: Schema
  /** Whether the spec shows it as a structured-field string: `"8e03978e"`, with the quotes. */
  isQuoted: boolean
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z]/g, '')

/** `Idempotency-Key`, `X-Idempotency-Key`, `idempotency_key` of Square, `PayPal-Request-Id`. */
const sure = /^x?(idempoten(cy|t)(key|token|id)|idempotency|paypalrequestid)$/
/** Names that have other meanings too, such as `requestId` of Google and `ClientToken` of AWS. */
const perhaps = /(requestid|requesttoken|requestkey|clienttoken|transactionid|nonce)$/

export const isKeyInput = ({ name, schema }: { name: string; schema: Schema }): boolean =>
  sure.test(plain(name)) || (perhaps.test(plain(name)) && /idempoten/i.test(String(schema.description)))

/** The input of an operation that is its idempotency key. Undefined where it takes none. */
export function keyPlaceOf({ fields, inputs, method }: SpecOperation): KeyPlace | undefined {
  if (['GET', 'HEAD', 'OPTIONS', 'TRACE'].includes(method)) return undefined
  const [field] = fields.filter(isKeyInput).toSorted((a, b) => rank(a) - rank(b))
  if (!field) return undefined
  const { name, place, schema } = field
  const shown = inputs.find((one) => one.name === name && one.place === place)?.examples ?? []
  const isQuoted = [schema.example, ...shown].some((one) => /^".+"$/.test(String(one)))
  return { name, place, schema, isQuoted }
}

const rank = ({ place }: Place): number => (place === 'header' ? 0 : 1)

/** A key that no call has had, also in no earlier run. */
export function newKey(values: Values, { schema, isQuoted }: KeyPlace): unknown {
  const key = randomUUID()
  const forms = [...(isQuoted ? [`"${key}"`] : []), key, `"${key}"`, key.replaceAll('-', ''), key.slice(0, 8)]
  return forms.find((one) => values.fits(schema, one)) ?? values.ordinary(schema, { fresh: true })
}

export const withKey = (values: CallValues, place: KeyPlace, key: unknown): CallValues => withValue(values, place, key)

/** The same call with a new key, where it has one: it is another action. */
export function withNewKey(values: Values, operation: SpecOperation, made: CallValues): CallValues {
  const place = keyPlaceOf(operation)
  return place && valueAt(made, place) !== undefined ? withKey(made, place, newKey(values, place)) : made
}
