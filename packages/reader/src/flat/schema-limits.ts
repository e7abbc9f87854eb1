import { type Schema, step, wordOf } from '../text/members.ts'
import { hasInvisible, quote } from '../text/plain-text.ts'
import type { Repairs } from '../text/repairs.ts'
import { isSafePattern } from './pattern.ts'

export function textLimits(node: Schema, pointer: string, repairs: Repairs): Schema {
  const limits = counts(node, ['minLength', 'maxLength'])
  if (typeof node.format === 'string' && /^[a-z][a-z\d-]{0,40}$/i.test(node.format)) limits.format = node.format
  if (node.pattern === undefined) return limits
  if (typeof node.pattern === 'string' && isSafePattern(node.pattern) && !hasInvisible(node.pattern))
    limits.pattern = node.pattern
  else
    repairs.add(step(pointer, 'pattern'), `The pattern ${quote(node.pattern)} cannot be run safely and is not checked.`)
  return limits
}

/** The words whose values are counts; none of them where the minimum is over the maximum. */
export function counts(node: Schema, words: string[]): Schema {
  const found: [string, number][] = []
  for (const word of words) {
    const value = Number(wordOf(node[word]) || Number.NaN)
    if (Number.isSafeInteger(value) && value >= 0) found.push([word, value])
  }
  if (found.length === 2 && (found[0]?.[1] ?? 0) > (found[1]?.[1] ?? 0)) return {}
  return Object.fromEntries(found)
}

export function numberLimits(node: Schema): Schema {
  const number = (word: string): number | undefined => {
    const value = node[word]
    const read = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
    return typeof read === 'number' && Number.isFinite(read) ? read : undefined
  }
  const limits: Schema = {}
  const [minimum, maximum] = [number('minimum'), number('maximum')]
  // OpenAPI 3.0 has true beside the limit, JSON Schema the limit itself.
  const [above, below] = [number('exclusiveMinimum'), number('exclusiveMaximum')]
  if (minimum !== undefined) limits[node.exclusiveMinimum === true ? 'exclusiveMinimum' : 'minimum'] = minimum
  if (maximum !== undefined) limits[node.exclusiveMaximum === true ? 'exclusiveMaximum' : 'maximum'] = maximum
  if (above !== undefined) limits.exclusiveMinimum = above
  if (below !== undefined) limits.exclusiveMaximum = below
  const least = Math.max(Number(limits.minimum ?? -Infinity), Number(limits.exclusiveMinimum ?? -Infinity))
  const greatest = Math.min(Number(limits.maximum ?? Infinity), Number(limits.exclusiveMaximum ?? Infinity))
  // Limits that no value fits would make the operation impossible to call.
  const kept: Schema = least > greatest ? {} : limits
  const multiple = number('multipleOf')
  if (multiple !== undefined && multiple > 0) kept.multipleOf = multiple
  return kept
}
