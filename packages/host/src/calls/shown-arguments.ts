import type { DocumentOperation } from '@reference-plugins/reader/plugin-document'

const dataUrl = /^data:([\w.+-]+\/[\w.+-]+)?((?:;[\w-]+=[^;,\s]*)*);base64,([\w+/-]*={0,2})$/
const longestShown = 1_000

/**
 * The arguments as they are shown to users and to models: a file in base64, which nobody can read, is its name, media type
 * and size.
 */
export const withoutFiles = (given: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(given).map(([name, value]) => [name, shown(value)]))

/**
 * The same for the confirmation of a call: only the inputs that are files. In another input, base64 is a text that leaves.
 */
export function withoutFilesOf(
  { target }: Pick<DocumentOperation, 'target'>,
  given: Record<string, unknown>,
): Record<string, unknown> {
  const files = target.kind === 'http' ? target.fields.filter(({ file }) => file !== undefined) : []
  const names = new Set(files.map(({ name }) => name))
  return Object.fromEntries(Object.entries(given).map(([name, one]) => [name, names.has(name) ? shown(one) : one]))
}

function shown(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shown)
  if (typeof value !== 'string' || value.length <= longestShown) return value
  const [, type = '', parameters = '', encoded] = dataUrl.exec(value) ?? []
  if (encoded === undefined) return value
  const size = Math.floor((encoded.replace(/=+$/, '').length * 3) / 4)
  return `data:${type}${parameters};base64,… (${size} bytes)`
}
