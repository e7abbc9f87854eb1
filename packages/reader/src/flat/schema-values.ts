import { isObject, isOfType, type Schema, step } from '../text/members.ts'
import { hasInvisible, jsonOf, listOf, quote } from '../text/plain-text.ts'
import type { Repairs } from '../text/repairs.ts'
import type { TypeName } from './schema-types.ts'

/** Of a value, or a name, in characters. */
export const longestValue = 200
const mostValues = 1_000

/** The values of `enum` or `const` that can be chosen; empty where any value may be. */
export function readValues(node: Schema, types: TypeName[], pointer: string, repairs: Repairs): unknown[] {
  if (node.const !== undefined && isPrimitive(node.const)) return [node.const]
  if (node.enum === undefined) return []
  const place = step(pointer, 'enum')
  if (!Array.isArray(node.enum) || node.enum.length > mostValues) {
    repairs.add(place, `enum must be a list of at most ${mostValues} values; it was left out.`)
    return []
  }
  const only = types.length === 1 ? types[0] : undefined
  const kept = new Set<unknown>()
  const odd: string[] = []
  for (const one of node.enum) {
    if (one === null) continue
    if (isRounded(only === 'integer' || only === 'number' ? Number(one) : one)) {
      repairs.add(place, 'enum has whole numbers above 2^53, which cannot be read exactly; any value may be sent.')
      return []
    }
    const value = fitValue(one, only)
    if (value === undefined || !isOfType(value, only)) odd.push(quote(one, 30))
    else kept.add(value)
  }
  if (odd.length > 0)
    repairs.add(place, `enum has values that do not fit the type; they were left out: ${listOf(odd)}.`)
  return [...kept]
}

/** A default or example that may be shown to a model: short, with nothing hidden in it, and of the type. */
export function readValue(value: unknown, type: TypeName | undefined): unknown {
  if (value === undefined || value === null) return undefined
  const fit = typeof value !== 'object' ? fitValue(value, type) : isShown(jsonOf(value)) ? value : undefined
  return fit !== undefined && isOfType(fit, type) ? fit : undefined
}

const isShown = (text: string | undefined): boolean =>
  text !== undefined &&
  text.length <= longestValue &&
  !hasInvisible(text) &&
  !/(^|[:,[])-?\d{16}/.test(text) &&
  !/"(__proto__|constructor|prototype)"/.test(text)

const isPrimitive = (value: unknown): boolean =>
  (typeof value === 'string' && value.length <= longestValue && !hasInvisible(value)) ||
  (typeof value === 'number' && Number.isFinite(value) && !isRounded(value)) ||
  typeof value === 'boolean'

/** Whether JSON and YAML may have had another whole number. A wrong id would be sent if it were shown or chosen. */
const isRounded = (value: unknown): boolean => Number.isInteger(value) && !Number.isSafeInteger(value)

/** The value as its type would have it: YAML makes a number of 10 and a boolean of true. */
function fitValue(value: unknown, type: TypeName | undefined): unknown {
  if (!isPrimitive(value)) return undefined
  if (type === 'string') return String(value)
  if ((type === 'number' || type === 'integer') && typeof value === 'string')
    return value.trim() !== '' && isPrimitive(Number(value)) ? Number(value) : undefined
  if (type === 'boolean' && typeof value === 'string')
    return /^(true|false)$/i.test(value) ? value.toLowerCase() === 'true' : undefined
  return value
}

/** The type of a schema that names none, by its other words. */
export function inferType(node: Schema, values: unknown[]): TypeName | undefined {
  if (values.length > 0)
    return (['string', 'integer', 'number', 'boolean'] as const).find((type) =>
      values.every((one) => isOfType(one, type)),
    )
  if (isObject(node.properties) || isObject(node.additionalProperties)) return 'object'
  if (node.items !== undefined) return 'array'
  if (node.pattern !== undefined || node.minLength !== undefined || node.maxLength !== undefined) return 'string'
  if (node.minimum !== undefined || node.maximum !== undefined) return 'number'
  if (typeof node.format === 'string')
    return /^(int|long)/.test(node.format) ? 'integer' : /^(float|double)/.test(node.format) ? 'number' : 'string'
  return undefined
}
