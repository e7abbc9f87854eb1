import type { Field } from '../plugin-document.ts'
import { objectOf, pairsOf, type Schema } from '../text/members.ts'

const keyName = /^(x-)?idempotency[-_]?key$/i

/** The inputs for an idempotency key: the header `Idempotency-Key`, or a member that is named like it. */
export function keyInputsOf({ properties }: Schema, fields: readonly Field[] = []): string[] {
  const wireNames = new Map(fields.map(({ name, wireName }) => [name, wireName]))
  return pairsOf(properties)
    .filter(([name, schema]) => keyName.test(wireNames.get(name) ?? name) && takesText(objectOf(schema)))
    .map(([name]) => name)
}

const takesText = ({ type, anyOf }: Schema): boolean =>
  Array.isArray(anyOf) ? anyOf.some((form) => takesText(objectOf(form))) : type === undefined || type === 'string'
