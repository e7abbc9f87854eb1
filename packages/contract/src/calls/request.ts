import { type HttpTarget, type Field as WireField, writeRequest } from '@reference-plugins/reader'
import type { SpecOperation } from '../spec/spec.ts'
import { acceptOf } from './accept.ts'
import type { CallValues } from './call-values.ts'
import type { RequestInput } from './client.ts'
import { asks } from './confirming.ts'

/** The request of an operation for its values, in the styles of the spec. */
export function toRequest(operation: SpecOperation, values: CallValues): RequestInput & { body: string | undefined } {
  const { method, base, path, query, inputs, bodies, security } = operation
  // One name may be at several places.
  const fields = inputs.map((input) => ({ ...input, name: `${input.place} ${input.name}` }))
  const given: Record<string, unknown> = { body: values.body?.value }
  for (const { place, name } of inputs)
    if (Object.hasOwn(values[place], name)) given[`${place} ${name}`] = values[place][name]
  const mediaType = values.body?.mediaType
  const parts = bodies.find((one) => one.mediaType === mediaType)?.parts ?? {}
  const body = mediaType !== undefined && { mediaType, whole: 'body', parts }
  const whole: WireField = { name: 'body', wireName: 'body', place: 'body' }
  const target: HttpTarget = { kind: 'http', method, path, query, fields: [...fields, whole], ...(body && { body }) }
  const written = writeRequest(target, given)
  return {
    method,
    ...(base !== undefined && { base }),
    ...(security && { security }),
    path: written.path + (written.query && `?${written.query}`),
    headers: {
      accept: acceptOf(operation),
      ...(asks(operation) && { prefer: 'confirmation' }),
      ...written.headers,
      ...(written.body && { 'content-type': written.body.type }),
    },
    body: written.body?.text,
  }
}
