/** What only a text with a number of 16 digits, or of 15 and a point, contains. Ten times as fast as with `{16}`. */
const mayBeRounded = new RegExp('[\\d.]'.repeat(16))

/**
 * JSON.parse, except for a number that JavaScript would round to another whole number: 9007199254740993, or
 * 4.9999999999999999. That is `JSON.rawJSON`, which no schema accepts, so that no call reaches another id than the one
 * that was sent.
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
  if (!mayBeRounded.test(text)) return JSON.parse(text)
  const keep = (_: string, value: unknown, { source = '' }: { source?: string } = {}) =>
    isRounded(value, source) ? JSON.rawJSON(source) : value
  return JSON.parse(text, keep)
}

/** The number, or the text itself where the number would be rounded. */
export function toNumber(text: string): number | string {
  const number = Number(text)
  return mayBeRounded.test(text) && isRounded(number, text) ? text : number
}

const isRounded = (value: unknown, source: string): boolean =>
  Number.isInteger(value) && source.length > 15 && String(value) !== source.replace(/\.0+$/, '')

/** What is wrong with a value that would be rounded. Undefined for any other. */
export function describeRounded(expected: string, value: unknown): string | undefined {
  const isExact = JSON.isRawJSON(value)
  if (!isExact && (typeof value !== 'string' || typeof toNumber(value) === 'number')) return undefined
  if (expected === 'number' || expected === 'int') return 'has more digits than a number can keep: send fewer'
  return isExact ? `Invalid input: expected ${expected}, received number` : undefined
}
