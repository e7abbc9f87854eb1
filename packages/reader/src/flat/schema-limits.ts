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
export function counts(node: Schema, words: [least: string, most: string]): Schema {
  const [least, most] = words.map((word) => {
    const value = numberOf(node, word)
    return Number.isSafeInteger(value) && (value as number) >= 0 ? value : undefined
  })
  if (least !== undefined && most !== undefined && least > most) return {}
  return { ...(least !== undefined && { [words[0]]: least }), ...(most !== undefined && { [words[1]]: most }) }
}

function numberOf(node: Schema, word: string): number | undefined {
  const value = Number(wordOf(node[word]) || Number.NaN)
  return Number.isFinite(value) ? value : undefined
}

export function numberLimits(node: Schema): Schema {
  // OpenAPI 3.0 has true beside the limit, JSON Schema the limit itself.
  const words = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf']
  const [minimum, maximum, above, below, multiple] = words.map((word) => numberOf(node, word))
  const limits: Schema = {}
  if (minimum !== undefined) limits[node.exclusiveMinimum === true ? 'exclusiveMinimum' : 'minimum'] = minimum
  if (maximum !== undefined) limits[node.exclusiveMaximum === true ? 'exclusiveMaximum' : 'maximum'] = maximum
  if (above !== undefined) limits.exclusiveMinimum = above
  if (below !== undefined) limits.exclusiveMaximum = below
  const least = Math.max(Number(limits.minimum ?? -Infinity), Number(limits.exclusiveMinimum ?? -Infinity))
  const greatest = Math.min(Number(limits.maximum ?? Infinity), Number(limits.exclusiveMaximum ?? Infinity))
  // Limits that no value fits would make the operation impossible to call.
  const kept: Schema = least > greatest ? {} : limits
  if (multiple !== undefined && multiple > 0) kept.multipleOf = multiple
  return kept
}
