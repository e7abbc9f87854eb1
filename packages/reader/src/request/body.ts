import type { Field, HttpTarget } from '../plugin-document.ts'
import { isObject } from '../text/members.ts'
import { shortHash } from '../text/names.ts'
import { readFileValue } from './file.ts'
import { listOf, textOf } from './styles.ts'

export interface BodyText {
  /** As Content-Type has it. */
  type: string
  text: string
  /** What is sent in place of the text, where it contains files that are not text. */
  bytes?: Uint8Array
}

/** A value for the body, and where it goes. */
type Given = Pick<Field, 'wireName' | 'file'> & { value: unknown }

/** The body: the values by name, or the one value where the operation takes it whole; undefined where that is missing. */
export function bodyText(
  { mediaType, whole }: NonNullable<HttpTarget['body']>,
  values: readonly Given[],
  given: unknown,
): BodyText | undefined {
  if (whole === undefined) return namedBody(mediaType, values)
  if (given === undefined) return undefined
  if (/form/.test(mediaType) && isObject(given))
    return namedBody(
      mediaType,
      Object.entries(given).map(([wireName, value]) => ({ wireName, value })),
    )
  return { type: mediaType, text: /json$/.test(mediaType) ? JSON.stringify(given) : textOf(given) }
}

function namedBody(mediaType: string, values: readonly Given[]): BodyText {
  if (mediaType === 'application/x-www-form-urlencoded') {
    const form = singleValues(values).map(({ wireName, value }) => [wireName, textOf(value).toWellFormed()])
    return { type: mediaType, text: new URLSearchParams(form as [string, string][]).toString() }
  }
  if (mediaType === 'multipart/form-data') return multipart(values)
  return {
    type: mediaType,
    text: JSON.stringify(Object.fromEntries(values.map(({ wireName, value }) => [wireName, value]))),
  }
}

/** Each item of a list is a value of its own. */
const singleValues = (values: readonly Given[]): Given[] =>
  values
    .filter(({ value }) => value !== null)
    .flatMap((given) => listOf(given.value).map((value) => ({ ...given, value })))

/** Each value is a part of its own; a file has a name and a media type, as browsers send it. */
function multipart(values: readonly Given[]): BodyText {
  const pairs = values.map(({ wireName, value }) => [wireName, value])
  const boundary = `----part-${shortHash(JSON.stringify(pairs), 32)}`
  const parts = singleValues(values).map((given) => {
    const start = `--${boundary}\r\ncontent-disposition: form-data; name="${escaped(given.wireName)}"`
    if (given.file === undefined) return { head: `${start}\r\n\r\n`, text: textOf(given.value) }
    const { name, type, ...content } = readFileValue(given.value, given)
    return { head: `${start}; filename="${escaped(name)}"\r\ncontent-type: ${type}\r\n\r\n`, ...content }
  })
  const end = `--${boundary}--\r\n`
  const text = `${parts.map((part) => `${part.head}${part.text}\r\n`).join('')}${end}`
  const body = { type: `multipart/form-data; boundary=${boundary}`, text }
  if (!parts.some((part) => 'bytes' in part)) return body
  const chunks = parts.flatMap((part) => [part.head, 'bytes' in part ? part.bytes : part.text, '\r\n'])
  return { ...body, bytes: Buffer.concat([...chunks, end].map((chunk) => Buffer.from(chunk as string))) }
}

/** In quotes of a header, in UTF-8 otherwise: WHATWG, multipart/form-data encoding algorithm. */
const escaped = (name: string): string => name.replaceAll(/[\r\n"]/g, encodeURIComponent)
