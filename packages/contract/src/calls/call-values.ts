import type { SpecOperation } from '../spec/spec.ts'

/** What one call sends, in the terms of the spec: values before they are written. */
export interface CallValues {
  path: Record<string, unknown>
  query: Record<string, unknown>
  header: Record<string, unknown>
  cookie: Record<string, unknown>
  /** Undefined sends no body. */
  body?: { mediaType: string; value: unknown } | undefined
}

export interface OrdinaryOptions {
  /** With every optional input and member. */
  all: boolean
  /** Made-up texts that no other call has sent, in place of the examples of the spec. */
  fresh?: boolean
  /** Which of the learnt values to take, where several may be meant. */
  choice?: number
  /** The name of one optional input or member that is given all the same. */
  also?: string
  /** Nothing optional, even where the operation was accepted only with more. */
  least?: boolean
}

/** How an operation has to be called, found out by calling it. */
export interface Habit extends OrdinaryOptions {
  /** Whether one of these calls was answered with 2xx. */
  isAccepted: boolean
}

/** Where one value of a call is: a parameter, or a member of a body that is an object. */
export interface Place {
  /** `form` is a body that is a form. */
  place: 'path' | 'query' | 'header' | 'cookie' | 'body' | 'form'
  name: string
}

export const noValues = (): CallValues => ({ path: {}, query: {}, header: {}, cookie: {} })

const membersOf = ({ body }: CallValues): Record<string, unknown> =>
  body?.value !== null && typeof body?.value === 'object' && !Array.isArray(body.value)
    ? (body.value as Record<string, unknown>)
    : {}

const isInBody = (place: Place['place']): place is 'body' | 'form' => place === 'body' || place === 'form'

/** The value at a place. Undefined where nothing is sent there. */
export function valueAt(values: CallValues, { place, name }: Place): unknown {
  const members = isInBody(place) ? membersOf(values) : values[place]
  return Object.hasOwn(members, name) ? members[name] : undefined
}

/** A copy with another value at a place. Undefined sends nothing there. */
export function withValue(values: CallValues, { place, name }: Place, value: unknown): CallValues {
  const { [name]: _, ...others } = isInBody(place) ? membersOf(values) : values[place]
  const members = value === undefined ? others : { ...others, [name]: value }
  if (!isInBody(place)) return { ...values, [place]: members }
  const mediaType = values.body?.mediaType ?? 'application/json'
  return { ...values, body: { mediaType, value: members } }
}

/** Places the members of one flat input, as an assistant gives it, by their names. */
export function placeValues(
  { fields, inputs, bodies: [body] }: SpecOperation,
  input: Readonly<Record<string, unknown>>,
): CallValues {
  let values = noValues()
  for (const [name, value] of Object.entries(input)) {
    const field = inputs.find((one) => one.name === name) ?? fields.find((one) => one.name === name)
    if (field && value !== undefined) values = withValue(values, field, value)
  }
  if (!body) return values
  const value = body.isWhole ? input.body : (values.body?.value ?? {})
  return value === undefined ? values : { ...values, body: { mediaType: body.mediaType, value } }
}
