import type { Input, Schema, SpecBody, SpecOperation } from '../spec/spec.ts'
import { nameOf, type Path } from '../values/parts.ts'
import { readingsOf } from '../values/readings.ts'
import type { Values } from '../values/values.ts'
import { type CallValues, withValue } from './call-values.ts'

/** A value of a call with a schema of its own: one parameter, or the body. */
export interface Subject {
  schema: Schema
  place: Input['place'] | 'body'
  isRequired: boolean
  /** Undefined for the body. */
  input: Input | undefined
  /** Where a part of it is, as a reader finds it: `address.zip`. */
  label: (path: Path) => string
  get: (values: CallValues) => unknown
  set: (values: CallValues, value: unknown) => CallValues
  /** Whether a server reads exactly this value from what is written. */
  isClear: (value: unknown) => boolean
  /** Whether a value is valid in any way in which a server may read what is written. */
  mayFit: (values: Values, value: unknown) => boolean
}

export function subjectsOf({ inputs, bodies: [body] }: SpecOperation): Subject[] {
  return [...inputs.map(ofInput), ...(body ? [ofBody(body)] : [])]
}

function ofInput(input: Input): Subject {
  const { name, schema, place, required } = input
  return {
    schema,
    place,
    isRequired: required,
    input,
    label: (path) => nameOf([name, ...path]),
    get: (values) => values[place][name],
    set: (values, value) => withValue(values, { place, name }, value),
    isClear: (value) => isClearText(input, value),
    mayFit: (values, value) => {
      const written = withoutNull(value)
      if (input.object === 'json') return value === null || values.fits(schema, value)
      return !isSent(written) || isLostInPath(input, value) || mayFitAsText(values, schema, written)
    },
  }
}

function ofBody({ schema, mediaType, isRequired }: SpecBody): Subject {
  const isJson = /json$/.test(mediaType)
  return {
    schema,
    place: 'body',
    isRequired,
    input: undefined,
    label: (path) => (path.length === 0 ? 'the body' : nameOf(path)),
    get: ({ body }) => body?.value,
    set: (values, value) => ({ ...values, body: { mediaType, value } }),
    isClear: (value) => isJson || isClearForm(value),
    mayFit: (values, value) => (isJson ? values.fits(schema, value) : mayFitAsText(values, schema, withoutNull(value))),
  }
}

/** A form or a URL cannot say null. */
const withoutNull = (value: unknown): unknown =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).filter(([, one]) => one !== null && !isEmpty(one)))
    : value

/** Whether anything of a parameter is written. */
const isSent = (value: unknown): boolean =>
  value !== null && (typeof value !== 'object' || Object.keys(value).length > 0)

const isEmpty = (value: unknown): boolean => value === '' || (Array.isArray(value) && value.length === 0)

const mayFitAsText = (values: Values, schema: Schema, value: unknown): boolean =>
  value === null || value === undefined || isEmpty(value) || readingsOf(value).some((one) => values.fits(schema, one))

/** Of a step of dots, or of none, and of a slash, other paths are made. */
const isLostInPath = ({ place }: Input, value: unknown): boolean =>
  place === 'path' && /^\.{1,2}$|\/|^$/.test(typeof value === 'object' ? JSON.stringify(value) : String(value))

const isClearForm = (value: unknown): boolean =>
  value === null || typeof value !== 'object' || Object.values(value).every((one) => one !== null && !isEmpty(one))

function isClearText(input: Input, value: unknown): boolean {
  const { place, object, list } = input
  if (value === null || isEmpty(value)) return false
  if (object === 'json') return place !== 'header' && place !== 'cookie'
  const parts = typeof value === 'object' ? Object.values(value) : [value]
  if (parts.some((one) => one === null || isEmpty(one) || typeof one === 'object')) return false
  const texts = parts.map(String)
  if (typeof value === 'object' && list !== 'repeated' && object !== 'brackets' && object !== 'members')
    if (texts.some((one) => /[,|\s]/.test(one))) return false
  if (place === 'cookie') return texts.every((one) => /^[\w.-]+$/.test(one))
  if (place === 'header') return texts.every((one) => /^[!-~]([ -~]*[!-~])?$/.test(one))
  return place !== 'path' || texts.every((one) => !/^\.{1,2}$|[/\\]/.test(one))
}
