import { isObject, listOfAny, objectOf, type Schema } from '@reference-plugins/reader'

/** Whether a value fits a schema by its own type and values alone. */
export function fitsPlain({ type, enum: values }: Schema, given: unknown): boolean {
  if (Array.isArray(values) && !values.includes(given)) return false
  const types = Array.isArray(type) ? type : type === undefined ? [] : [type]
  return (
    types.length === 0 ||
    types.some((one) =>
      one === 'null'
        ? given === null
        : one === 'integer'
          ? Number.isInteger(given)
          : one === 'array'
            ? Array.isArray(given)
            : one === 'object'
              ? isObject(given)
              : typeof given === one,
    )
  )
}

/** By types and names alone; enough to tell one form from another. */
export function fitsLoosely(schema: Schema, value: unknown): boolean {
  if (Array.isArray(schema.anyOf)) return (schema.anyOf as Schema[]).some((one) => fitsLoosely(one, value))
  if (!fitsPlain(schema, value)) return false
  if (schema.type === 'array' && Array.isArray(value))
    return value.every((one) => fitsLoosely(objectOf(schema.items), one))
  if (schema.type !== 'object' || !isObject(value)) return true
  const properties = objectOf(schema.properties)
  return (
    listOfAny(schema.required).every((name) => Object.hasOwn(value, String(name))) &&
    Object.entries(value).every(([name, one]) =>
      Object.hasOwn(properties, name)
        ? fitsLoosely(objectOf(properties[name]), one)
        : schema.properties === undefined && fitsLoosely(objectOf(schema.additionalProperties), one),
    )
  )
}

/** The JSON type of the values of a schema. */
export const kindOf = (schema: Schema): string => {
  const { type, enum: values } = schema
  if (type === 'integer') return 'number'
  return typeof type === 'string' ? type : jsonKind(listOfAny(values)[0])
}

export const jsonKind = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
