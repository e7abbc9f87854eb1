import type { Field, FormPart, HttpTarget } from '../plugin-document.ts'
import { isObject, memberOf } from '../text/members.ts'
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
type Body = NonNullable<HttpTarget['body']>

/** The body: the values by name, or the one value where the operation takes it whole; undefined where that is missing. */
export function bodyText(body: Body, values: readonly Given[], given: unknown): BodyText | undefined {
  const { mediaType, whole } = body
  if (whole === undefined) return namedBody(body, values)
  if (given === undefined) return undefined
  if (/form/.test(mediaType) && isObject(given))
    return namedBody(
      body,
      Object.entries(given).map(([wireName, value]) => ({ wireName, value })),
    )
  return { type: mediaType, text: /json$/.test(mediaType) ? JSON.stringify(given) : textOf(given) }
}

function namedBody({ mediaType, parts = {} }: Body, values: readonly Given[]): BodyText {
  if (mediaType === 'application/x-www-form-urlencoded' || mediaType === 'multipart/form-data') {
    const list = partsOf(values, parts)
    if (mediaType === 'multipart/form-data') return multipart(list)
    const pairs = list.map(({ name, value }): [string, string] => [name, textOf(value).toWellFormed()])
    return { type: mediaType, text: new URLSearchParams(pairs).toString() }
  }
  return {
    type: mediaType,
    text: JSON.stringify(Object.fromEntries(values.map(({ wireName, value }) => [wireName, value]))),
  }
}

const separators = { comma: ',', space: ' ', bar: '|' }

interface Part extends FormPart {
  name: string
  value: unknown
}

/** Each item of a list is a part of its own, unless the spec joins them. */
const partsOf = (values: readonly Given[], parts: Readonly<Record<string, FormPart>>): Part[] =>
  values
    .filter(({ value }) => value !== null)
    .flatMap(({ wireName: name, file, value }) => {
      const part = { ...(memberOf(parts, name) as FormPart | undefined), ...(file && { isFile: true, ...file }) }
      const joined = part.list && listOf(value).map(textOf).join(separators[part.list])
      return (joined === undefined ? listOf(value) : [joined]).map((one) => ({ ...part, name, value: one }))
    })

/** A file has a name and a media type, as browsers send it. */
function multipart(list: readonly Part[]): BodyText {
  const boundary = `----part-${shortHash(JSON.stringify(list), 32)}`
  const parts = list.map(({ name, value, isFile, type }) => {
    const start = `--${boundary}\r\ncontent-disposition: form-data; name="${escaped(name)}"`
    if (!isFile)
      return { head: `${start}${type === undefined ? '' : `\r\ncontent-type: ${type}`}\r\n\r\n`, text: textOf(value) }
    const file = readFileValue(value, { wireName: name, file: type === undefined ? {} : { type } })
    return { ...file, head: `${start}; filename="${escaped(file.name)}"\r\ncontent-type: ${file.type}\r\n\r\n` }
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
