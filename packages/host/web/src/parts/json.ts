import { isExactNumber, parseExact } from '@reference-plugins/reader/exact-json'

/** The value, or undefined where the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return parseExact(text)
  } catch {
    return undefined
  }
}

export const toJson = (value: unknown): string => JSON.stringify(value, null, 2)

export const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value) && !isExactNumber(value)
