import type { RawName } from './file-names.ts'

/**
 * The file name in a Content-Disposition header, as browsers, curl, Postman and libraries write it.
 * @param header one character for each byte
 * @returns undefined if the part is not a file (RFC 7578 4.2)
 */
export function rawFileName(header: string): RawName | undefined {
  const parameters = readParameters(header)
  const plain = parameters.get('filename')
  const extended = parameters.get('filename*')
  if (plain === undefined && extended === undefined) return undefined
  const utf8 =
    extended === undefined ? (decodeWords(plain ?? '') ?? decodePercents(plain ?? '')) : decodeExtended(extended)
  return {
    bytes: Buffer.from(withoutFolder(plain ?? ''), 'latin1'),
    utf8: utf8 === undefined ? undefined : Buffer.from(withoutFolder(utf8)),
  }
}

function readParameters(header: string): Map<string, string> {
  const parameters = new Map<string, string>()
  const start = /;[ \t]*([^\s;="]+)[ \t]*=[ \t]*/g
  for (let found = start.exec(header); found; found = start.exec(header)) {
    const isQuoted = header[start.lastIndex] === '"'
    const end = isQuoted ? closingQuote(header, start.lastIndex) : endOf(header, ';', start.lastIndex)
    const value = header.slice(start.lastIndex + (isQuoted ? 1 : 0), end)
    parameters.set(found[1]?.toLowerCase() ?? '', isQuoted ? unescapeQuoted(value) : value.trim())
    start.lastIndex = end
  }
  return parameters
}

/** Some libraries write quotation marks inside a name as they are, so the value ends where the parameter ends. */
function closingQuote(header: string, opening: number): number {
  const closing = /(?<=(?<!\\)(?:\\\\)*)"[ \t]*(?:;|$)/g
  closing.lastIndex = opening + 1
  return closing.exec(header)?.index ?? endOf(header, '"', opening + 1)
}

function endOf(header: string, mark: string, from: number): number {
  const index = header.indexOf(mark, from)
  return index < 0 ? header.length : index
}

/** RFC 5987, `charset'language'value`. Undefined if the encoding is unknown or the bytes are not in it. */
function decodeExtended(written: string): string | undefined {
  const [charset = '', , value = ''] = written.split("'", 3)
  const bytes = value.replaceAll(/%([0-9a-f]{2})/gi, fromHex)
  try {
    return new TextDecoder(charset, { fatal: true }).decode(Buffer.from(bytes, 'latin1'))
  } catch {
    return undefined
  }
}

/** RFC 2047, `=?charset?B?base64?=`, as .NET and libraries for mail write it. Undefined if the name is not written so. */
function decodeWords(written: string): string | undefined {
  const words = [...written.trim().matchAll(/=\?([\w-]+)\?([BQ])\?([^?\s]*)\?=\s*/gi)]
  if (words.length === 0 || words.map(([word]) => word).join('') !== written.trim()) return undefined
  try {
    return words
      .map(([, charset, form = '', text = '']) => {
        const quoted = () => text.replaceAll('_', ' ').replaceAll(/=([0-9a-f]{2})/gi, fromHex)
        const bytes = form.toUpperCase() === 'B' ? Buffer.from(text, 'base64') : Buffer.from(quoted(), 'latin1')
        return new TextDecoder(charset, { fatal: true }).decode(bytes)
      })
      .join('')
  } catch {
    return undefined
  }
}

/** aiohttp encodes every sign of a name. With letters that are not ASCII, no name looks so by chance. */
function decodePercents(written: string): string | undefined {
  if (!/^(?:[\w.~-]|%[0-9A-F]{2})+$/.test(written) || !/%[89A-F]/.test(written)) return undefined
  try {
    return decodeURIComponent(written)
  } catch {
    return undefined
  }
}

const fromHex = (_: string, hex: string): string => String.fromCharCode(Number.parseInt(hex, 16))

/** Browsers escape only the quotation mark and the line break, as `%22`, `%0D` and `%0A`. Others put a backslash before. */
const unescapeQuoted = (text: string): string =>
  text
    .replaceAll(/\\(["\\])/g, '$1')
    .replaceAll('%22', '"')
    .replaceAll(/%0[AD]/gi, ' ')

/** Old browsers send the whole path on Windows, and new ones the path inside a chosen folder. */
const withoutFolder = (name: string): string => name.replace(/^(?:[A-Za-z]:|\\)\\.*\\|^[A-Za-z]:\\|^.*\//s, '')
