import { asArray, asObject, type Schema } from '../spec/spec.ts'
import { formsOf, isSettable, isUnknown, memberSchema } from './forms.ts'

/** Where a part is in a value: names of members and places in lists. */
export type Path = readonly (string | number)[]

/** One part of a value, with what the schema demands of it there. */
export interface Part {
  path: Path
  value: unknown
  schema: Schema
  /** The one of the forms of the schema that the value has. */
  form: Schema
  /** Whether the object that has it may not be without it. */
  isRequired: boolean
}

const mostParts = 60
const deepest = 4

/** The parts of a value, the whole first and the deepest last. Of a list, the first item is looked at. */
export function partsOf(schema: Schema, value: unknown, fits: (schema: Schema, value: unknown) => boolean): Part[] {
  const parts: Part[] = []
  let level: Omit<Part, 'form'>[] = [{ path: [], value, schema, isRequired: true }]
  for (let depth = 0; depth <= deepest && level.length > 0; depth++) {
    const below: Omit<Part, 'form'>[] = []
    for (const part of level) {
      if (parts.length >= mostParts) return parts
      const forms = formsOf(part.schema)
      const form = (forms.length > 1 ? forms.find((one) => fits(one, part.value)) : undefined) ?? forms[0] ?? {}
      parts.push({ ...part, form })
      below.push(...partsBelow(part, form))
    }
    level = below
  }
  return parts
}

function partsBelow({ path, value }: Omit<Part, 'form'>, form: Schema): Omit<Part, 'form'>[] {
  if (Array.isArray(value)) {
    if (value.length === 0) return []
    const [first] = asArray(form.prefixItems)
    const schema = asObject(first ?? form.items)
    return isUnknown(schema) ? [] : [{ path: [...path, 0], value: value[0], schema, isRequired: true }]
  }
  if (value === null || typeof value !== 'object') return []
  const required = asArray(form.required)
  return Object.entries(value)
    .map(([name, one]) => ({
      path: [...path, name],
      value: one,
      schema: memberSchema(form, name),
      isRequired: required.includes(name),
    }))
    .filter(({ schema }) => !isUnknown(schema) && isSettable(schema))
}

/** Leaves a member out. */
export const nothing = Symbol('nothing')

/**
 * A copy of `base` with another part. What `base` lacks on the way to it is taken from `whole`, a value that has every
 * part.
 */
export function withPart(base: unknown, whole: unknown, [head, ...rest]: Path, part: unknown): unknown {
  if (head === undefined) return part
  if (typeof head === 'number') {
    const list = Array.isArray(base) && base.length > head ? base : asArray(whole)
    return list.map((one, index) => (index === head ? withPart(one, asArray(whole)[index], rest, part) : one))
  }
  const members = base !== null && typeof base === 'object' && !Array.isArray(base) ? base : asObject(whole)
  const { [head]: own, ...others } = members as Record<string, unknown>
  const value = withPart(own, asObject(whole)[head], rest, part)
  return value === nothing ? others : { ...others, [head]: value }
}

export const nameOf = (path: Path): string =>
  path
    .map((step) => (typeof step === 'number' ? '[]' : step))
    .join('.')
    .replaceAll('.[]', '[]')
