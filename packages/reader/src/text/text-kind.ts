import { DocumentRefused } from './document-refused.ts'
import { isObject, objectOf } from './members.ts'
import { cut, jsonOf, listOf, plainLine } from './plain-text.ts'

/** What a text is, before it is read with care: by its first characters and the names in it. */
export function documentKind(text: string): 'manifest' | 'spec' | 'other' {
  const start = text.slice(0, 200_000)
  if (!/^\uFEFF?\s*\{/.test(start)) return /^(["']?)(openapi|swagger|paths)\1\s*:/m.test(start) ? 'spec' : 'other'
  try {
    const names = Object.keys(objectOf(JSON.parse(text.replace(/^\uFEFF/, ''))))
    if (names.includes('openapi') || names.includes('swagger')) return 'spec'
    if (names.some((name) => /^(name_for_model|apis?|manifest|runtimes)$/.test(name))) return 'manifest'
    return names.includes('paths') ? 'spec' : 'other'
  } catch {
    // A comma too many; the names say enough.
    if (/"(name_for_model|name_for_human|description_for_model)"\s*:/.test(start)) return 'manifest'
    return /"(openapi|swagger|paths)"\s*:/.test(start) ? 'spec' : 'other'
  }
}

/**
 * Refuses a text that is not a document at all: empty, a web page, a program, a file of another kind.
 * `what` is how messages call the document: `a manifest`.
 */
export function refuseOtherText(text: string, what: string): void {
  const start = text.slice(0, 4_000).replace(/^\uFEFF/, '')
  if (start.trim() === '' && text.trim() === '')
    throw new DocumentRefused(`The response is empty. This URL must return ${what}.`)
  const binary = binaryKind(start)
  if (binary)
    throw new DocumentRefused(
      `This is not text (it looks like ${binary}). Save ${what} as plain text and publish that.`,
    )
  if (/^\s*<\?xml\b/i.test(start) && !/<html\b/i.test(start))
    throw new DocumentRefused(`This is XML, not ${what}, which is JSON or YAML.`, placeOf(text, text.indexOf('<')))
  if (/^\s*</.test(start))
    throw new DocumentRefused(
      `This is a web page, not ${what}${titleOf(start)}. Open the URL in a browser: it must show JSON or YAML.`,
      placeOf(text, text.indexOf('<')),
    )
  const python =
    /^(?:#!.*\bpython|(?:from|import)\s+[\w.]+(?:\s+import\b.*|\s+as\s+\w+)?\s*$|def \w+\(|\w+\s*=\s*\{)/m.exec(start)
  if (python && !/^\s*[{[]/.test(start) && !/^(?:openapi|swagger)\s*:/m.test(start.slice(0, python.index)))
    throw new DocumentRefused(
      `This is a program (it looks like Python), not ${what}. Run it and publish its output.`,
      placeOf(text, python.index),
    )
}

function binaryKind(start: string): string | undefined {
  if (start.startsWith('PK'))
    return /mimetypeapplication\/vnd\.oasis/.test(start) ? 'an OpenDocument file' : 'a zip file'
  if (start.startsWith('%PDF')) return 'a PDF'
  if (start.startsWith('\u001F')) return 'a compressed file'
  if (/^.PNG|^GIF8|^\uFFFD\uFFFD\uFFFD.{0,4}JFIF/s.test(start)) return 'an image'
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const odd = start.match(/[\u0000-\u0008\u000E-\u001F\uFFFD]/g)?.length ?? 0
  return start.includes('\0') || odd * 20 > start.length ? 'a binary file' : undefined
}

function titleOf(html: string): string {
  const title = plainLine(/<title[^>]{0,200}>([^<]{1,200})/i.exec(html)?.[1], 80)
  return title === '' ? '' : ` (its title is "${title}")`
}

/** Line and column, both from 1, with what stands there. */
export function placeOf(text: string, offset: number): { line: number; column: number; excerpt: string } {
  const at = Math.max(0, Math.min(offset, text.length))
  const start = text.lastIndexOf('\n', at - 1) + 1
  const end = text.indexOf('\n', at)
  const column = at - start + 1
  const line = text.slice(start, Math.min(end < 0 ? text.length : end, start + 10_000))
  let number = 1
  for (let next = text.indexOf('\n'); next >= 0 && next < at; next = text.indexOf('\n', next + 1)) number++
  // Of a line of a megabyte the part around the place is shown.
  const from = column > 100 ? column - 60 : 0
  return { line: number, column, excerpt: plainLine(cut(line.slice(from), 160), 120) }
}

const errorName = /^(errors?|detail|message|msg|error_description|title|reason|code|status|statusCode)$/

/** The start of an error that a server returned as JSON; undefined where the object is not an error. */
export function errorBody(value: unknown): string | undefined {
  const names = Object.keys(objectOf(value))
  const isDocument = names.some((name) => /^(openapi|swagger|paths|api|name_for_model|schema_version)$/.test(name))
  const isError = names.some((name) => errorName.test(name))
  if (isDocument || !isError || names.length > 12) return undefined
  return plainLine(jsonOf(value) ?? 'an object', 100)
}

/** The names of the members that were found, for a message. */
export const membersFound = (value: unknown): string =>
  isObject(value) && Object.keys(value).length > 0 ? `it has ${listOf(Object.keys(value))}` : 'it is empty'
