import { type HttpTarget, isJsonType, type Field as WireField, writeRequest } from '@reference-plugins/reader'
import type { SpecOperation } from '../spec.ts'
import type { CallValues } from './call-values.ts'
import type { RequestInput } from './client.ts'

/** The request of an operation for its values, in the styles of the spec. */
export function toRequest(operation: SpecOperation, values: CallValues): RequestInput & { body: string | undefined } {
  const { method, path, query, inputs, bodies } = operation
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
    path: written.path + (written.query && `?${written.query}`),
    headers: { ...acceptOf(operation), ...written.headers, ...(written.body && { 'content-type': written.body.type }) },
    body: written.body?.text,
  }
}

/** Every media type of the described success, JSON first, and of refusals whatever comes. */
function acceptOf({ responses }: SpecOperation): { accept?: string } {
  const success = Object.entries(responses).filter(([status]) => /^2/.test(status))
  const types = new Set(success.flatMap(([, { contents }]) => contents.map(({ type }) => type)))
  if (types.size === 0 || [...types].some((type) => isJsonType(type) && !type.includes('*'))) return {}
  return { accept: [...types, 'application/json;q=0.5'].join(', ') }
}
