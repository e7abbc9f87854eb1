import { crc32 } from 'node:zlib'
import { judgeEncoding } from './encodings.ts'

/** The name of a file as it came, in bytes. */
export interface RawName {
  bytes: Uint8Array
  /** The name in UTF-8, if the sender says so or sends it a second time in this form. */
  utf8?: Uint8Array | undefined
}

/** A name that could be read, or the bytes of one that could not. */
export interface FileName {
  /** With %XX for each byte whose meaning is not known. */
  text: string
  /** How the name was read if that was a guess. */
  guessed?: string
  /** The encodings that are possible; empty if none is. */
  unread?: readonly string[]
}

/**
 * Reads names that were sent together, in an archive or an upload. Names without a mark are UTF-8 if all of them can
 * be; otherwise they are judged together.
 */
export function readNames(names: readonly RawName[]): FileName[] {
  const marked = names.map(
    ({ bytes, utf8 }) => (utf8 && decodeUtf8(utf8)) ?? (isAscii(bytes) ? ascii(bytes) : undefined),
  )
  const others = names.filter((_, index) => marked[index] === undefined).map(({ bytes }) => bytes)
  const read = readUnmarked(others)
  let next = 0
  return marked.map((text) => (text === undefined ? (read[next++] as FileName) : { text }))
}

function readUnmarked(names: readonly Uint8Array[]): FileName[] {
  const utf8 = names.map(decodeUtf8)
  const isValid = utf8.every((text) => text !== undefined)
  const isByChance = isValid && isUnlikely(utf8)
  if (isValid && !isByChance) return utf8.map((text) => ({ text }))
  const judged = judgeEncoding(names)
  if ('names' in judged) return judged.names.map((text) => ({ text, guessed: judged.encoding }))
  if (isByChance && judged.possible.length === 0) return utf8.map((text) => ({ text }))
  const others = names.filter((_, index) => utf8[index] === undefined)
  if (isByChance || others.length === names.length) {
    const unread = isByChance ? ['UTF-8', ...judged.possible] : judged.possible
    return names.map((bytes) => ({ text: escapeBytes(bytes), unread }))
  }
  // Two programs may have put files into one archive.
  const rest = readUnmarked(others)
  let next = 0
  return utf8.map((text) => (text === undefined ? (rest[next++] as FileName) : { text }))
}

/**
 * Whether UTF-8 gives letters that stand together in no language: pairs of bytes of another encoding can be UTF-8 by
 * chance, as `学习` in GBK. Only characters of two bytes occur then.
 */
function isUnlikely(names: readonly string[]): boolean {
  const text = names.join('\n')
  if (/[^\0-\u07ff]/u.test(text)) return false
  const runs = text.match(/[^\0-\x7f]+/g) ?? []
  return runs.some(
    (run) => /[\u0460-\u048f\u03cf-\u03ff]/.test(run) || scripts.filter((one) => one.test(run)).length > 1,
  )
}

const scripts = [
  /\p{sc=Latin}/u,
  /\p{sc=Greek}/u,
  /\p{sc=Cyrillic}/u,
  /\p{sc=Armenian}/u,
  /\p{sc=Hebrew}/u,
  /\p{sc=Arabic}/u,
]

const isAscii = (bytes: Uint8Array): boolean => bytes.every((byte) => byte < 0x80)

const ascii = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

const escapeBytes = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase()}`)).join(
    '',
  )

/**
 * The name in UTF-8 that Info-ZIP adds to an entry whose name is in another encoding: APPNOTE 4.6.9, "Unicode Path".
 * It counts only if it belongs to the name that is there.
 */
export function unicodePath(name: Buffer, fields: readonly { id: number; data: Buffer }[]): Buffer | undefined {
  const field = fields.find(({ id, data }) => id === 0x7075 && data.length > 5 && data[0] === 1)
  return field && field.data.readUInt32LE(1) === crc32(name) ? field.data.subarray(5) : undefined
}

/** Without the folders. Old programs for Windows separate them with backslashes. */
export const baseName = (path: string): string => path.split(/[/\\]/).at(-1) ?? ''
