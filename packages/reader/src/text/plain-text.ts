import { isNumber, numberText } from '../exact-json.ts'

// Default_Ignorable_Code_Point holds what is drawn as nothing: zero-width and bidi characters, tags, variation
// selectors, fillers. Text for a model or a person can be hidden in every one of them.
const invisible = /[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cs}\uFFF9-\uFFFB]/gu
const blanks = /[\p{Zs}\t]+/gu

/** Of any value: text without characters that cannot be seen; lines stay lines. Empty where there is none. */
export function plainText(value: unknown, longest: number): string {
  if (isNumber(value)) return numberText(value)
  if (typeof value === 'boolean') return String(value)
  if (typeof value !== 'string') return ''
  // What is cut off anyway is not worth cleaning.
  const lines = value
    .slice(0, longest * 4 + 1_000)
    .split(/\r\n|[\n\r\u0085\u2028\u2029]/)
    .map((line) => line.replace(blanks, ' ').replace(invisible, '').trimEnd())
  return cut(lines.join('\n').trim(), longest)
}

/** The same, in one line. */
export function plainLine(value: unknown, longest: number): string {
  return cut(plainText(value, longest * 2).replaceAll(/\s+/g, ' '), longest)
}

/** At most so many UTF-16 units; an ellipsis stands for what is gone. */
export function cut(text: string, longest: number): string {
  if (text.length <= longest) return text
  return `${text.slice(0, longest - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
}

/** Whether cleaning takes something away that cannot be seen. */
export const hasInvisible = (text: string): boolean =>
  text
    .slice(0, 100_000)
    .replaceAll(/[\t\n\r]/g, '')
    .search(invisible) >= 0

/** How a value from outside is quoted in a message. */
export const quote = (value: unknown, longest = 60): string =>
  `"${plainLine(typeof value === 'string' ? value : (jsonOf(value) ?? typeof value), longest)}"`

/** Without percent-encoding; a text with a percent sign that stands for itself stays as it is. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** As JSON; undefined where it has none, or is nested too deeply. */
export function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}

/** `a, b and 3 more`, for a message. */
export function listOf(items: readonly string[], most = 8): string {
  const shown = items.slice(0, most).map((item) => plainLine(item, 200))
  const rest = items.length - shown.length
  if (rest > 0) return `${shown.join(', ')} and ${rest} more`
  return shown.length > 1 ? `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}` : (shown[0] ?? 'none')
}
