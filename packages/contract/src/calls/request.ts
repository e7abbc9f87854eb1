import { type HttpTarget, type Field as WireField, writeRequest } from '@reference-plugins/reader'
import type { SpecOperation } from '../spec.ts'
import type { CallValues } from './call-values.ts'
import type { RequestInput } from './client.ts'

/** The request of an operation for its values, in the styles of the spec. */
export function toRequest(
  { method, path, query, inputs }: SpecOperation,
  values: CallValues,
): RequestInput & { body: string | undefined } {
  // One name may be at several places.
  const fields = inputs.map((input) => ({ ...input, name: `${input.place} ${input.name}` }))
  const given: Record<string, unknown> = { body: values.body?.value }
  for (const { place, name } of inputs)
    if (Object.hasOwn(values[place], name)) given[`${place} ${name}`] = values[place][name]
  const body = values.body && { mediaType: values.body.mediaType, whole: 'body' }
  const whole: WireField = { name: 'body', wireName: 'body', place: 'body' }
  const target: HttpTarget = { kind: 'http', method, path, query, fields: [...fields, whole], ...(body && { body }) }
  const written = writeRequest(target, given)
  return {
    method,
    path: written.path + (written.query && `?${written.query}`),
    headers: { ...written.headers, ...(written.body && { 'content-type': written.body.type }) },
    body: written.body?.text,
  }
}
