import { parseJson } from '../json.ts'
import { text } from '../text.ts'

/**
 * An input that the API wants as an object or a list of objects. Inputs of a plugin are flat, so the model writes it as
 * JSON, and the handler gets the value.
 */
export const jsonText = (longest: number, kind: 'an object' | 'a list' | 'a value') =>
  text(longest).transform((written, { addIssue }): unknown => {
    const value = parsed(written)
    const found = Array.isArray(value)
      ? 'a list'
      : value !== null && typeof value === 'object'
        ? 'an object'
        : 'a value'
    if (value === undefined || (kind !== 'a value' && found !== kind)) addIssue(`must be ${kind} as JSON`)
    return value
  })

function parsed(written: string): unknown {
  try {
    return parseJson(written)
  } catch {
    return undefined
  }
}

/** The object, or undefined where none of its members is given: an API may read an empty object as something else. */
export function given<Members extends Record<string, unknown>>(members: Members): Members | undefined {
  return Object.values(members).some((value) => value !== undefined) ? members : undefined
}
