import { asArray, type Schema } from '../spec/spec.ts'
import { formsOf, typeOf } from './forms.ts'
import { isExact, limitsOf } from './numbers.ts'
import type { Part } from './parts.ts'
import { isFreeText } from './texts.ts'

export interface Edge {
  value: unknown
  /** Whether the schema lists the value, so that it cannot have been refused for its meaning. */
  isListed: boolean
}

const longestUnstated = 64
const longest = 20_000

/** The valid values at the edges of one part: shortest and longest, lowest and highest, each choice, other scripts. */
export function edgesOf({ form, schema, value }: Part): Edge[] {
  const listed = (values: unknown[]): Edge[] => values.map((one) => ({ value: one, isListed: true }))
  const open = (values: unknown[]): Edge[] => values.map((one) => ({ value: one, isListed: false }))
  const nulls = value !== null && mayBeNull(schema) ? listed([null]) : []
  if (form.const !== undefined) return nulls
  if (Array.isArray(form.enum)) return [...listed(form.enum.slice(0, 30).filter((one) => one !== null)), ...nulls]
  switch (typeOf(form)) {
    case 'boolean':
      return [...listed([true, false]), ...nulls]
    case 'integer':
    case 'number':
      return [...open(numbers(form)), ...nulls]
    case 'string':
      return [...open(texts(form)), ...nulls]
    case 'array':
      return [...open(lists(form, value)), ...nulls]
    default:
      return nulls
  }
}

const mayBeNull = (schema: Schema): boolean =>
  schema.nullable === true || formsOf(schema).some(({ type }) => [type].flat().includes('null'))

function numbers(form: Schema): number[] {
  const { least, most } = limitsOf(form)
  const step = Number(form.multipleOf ?? (typeOf(form) === 'integer' ? 1 : 0.5))
  const inner = [least !== undefined && least + step, most !== undefined && most - step]
  const middle = least !== undefined && most !== undefined && Math.floor((least + most) / 2 / step) * step
  const large = most === undefined && form.format !== 'int32' ? [1_000] : []
  const fraction = typeOf(form) === 'number' && form.multipleOf === undefined ? [1.5] : []
  const all = [least, most, ...inner, middle, 0, ...large, ...fraction]
  return all.filter((one): one is number => typeof one === 'number' && isExact(one))
}

function texts(form: Schema): string[] {
  if (form.format === 'date-time' && !form.pattern) return ['2026-01-31T12:00:00+02:00', '2026-01-31T12:00:00.123Z']
  if (!isFreeText({ type: 'string', ...form }) || form.format === 'binary') return []
  const { minLength, maxLength } = form
  const least = Math.max(1, Number(minLength ?? 1))
  const most = Math.min(Number(maxLength ?? longestUnstated), longest)
  return [
    'a'.repeat(least),
    'x'.repeat(most),
    '語'.repeat(most),
    '🥛'.repeat(most),
    `a"b'c%d\\e/f?g&h#i{}`,
    'constructor',
    ' Äpfel 牛奶 ',
  ]
}

function lists(form: Schema, value: unknown): unknown[] {
  const { minItems = 0, maxItems } = form
  const [item] = asArray(value)
  if (item === undefined || form.prefixItems) return []
  const of = (length: number) => Array.from({ length }, () => item)
  return [of(Number(minItems)), of(Math.min(Number(maxItems ?? 2), 50))]
}
