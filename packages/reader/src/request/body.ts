import type { FormPart, HttpTarget } from '../plugin-document.ts'
import { isObject, memberOf } from '../text/members.ts'
import { shortHash } from '../text/names.ts'
import { listOf, textOf } from './styles.ts'

export interface BodyText {
  /** As Content-Type has it. */
  type: string
  text: string
}

type Pair = [name: string, value: unknown]
type Body = NonNullable<HttpTarget['body']>
type Parts = Readonly<Record<string, FormPart>>

/** The body: the pairs by name, or the one value where the operation takes it whole; undefined where that is missing. */
export function bodyText(body: Body, pairs: readonly Pair[], given: unknown): BodyText | undefined {
  const { mediaType, whole } = body
  if (whole === undefined) return namedBody(body, pairs)
  if (given === undefined) return undefined
  if (/form/.test(mediaType) && isObject(given)) return namedBody(body, Object.entries(given))
  return { type: mediaType, text: /json$/.test(mediaType) ? JSON.stringify(given) : textOf(given) }
}

function namedBody({ mediaType, parts = {} }: Body, pairs: readonly Pair[]): BodyText {
  if (mediaType === 'application/x-www-form-urlencoded') {
    const form = formPairs(pairs, parts).map(([name, value]): [string, string] => [name, value.toWellFormed()])
    return { type: mediaType, text: new URLSearchParams(form).toString() }
  }
  if (mediaType === 'multipart/form-data') return multipart(pairs, parts)
  return { type: mediaType, text: JSON.stringify(Object.fromEntries(pairs)) }
}

const separators = { comma: ',', space: ' ', bar: '|' }

const formPairs = (pairs: readonly Pair[], parts: Parts): [name: string, value: string][] =>
  pairs
    .filter(([, value]) => value !== null)
    .flatMap(([name, value]): [string, string][] => {
      const list = partOf(parts, name).list
      if (list) return [[name, listOf(value).map(textOf).join(separators[list])]]
      return listOf(value).map((one): [string, string] => [name, textOf(one)])
    })

/** Each value is a part of its own; a file is sent as the text that is given for it. */
function multipart(pairs: readonly Pair[], parts: Parts): BodyText {
  const boundary = `----part-${shortHash(JSON.stringify(pairs), 32)}`
  const texts = formPairs(pairs, parts).map(([name, value]) => {
    const written = name.replaceAll(/[\r\n"]/g, encodeURIComponent)
    const { isFile, type } = partOf(parts, name)
    const file = isFile ? `; filename="${written}"` : ''
    const kind = type === undefined ? '' : `\r\ncontent-type: ${type}`
    return `--${boundary}\r\ncontent-disposition: form-data; name="${written}"${file}${kind}\r\n\r\n${value}\r\n`
  })
  return { type: `multipart/form-data; boundary=${boundary}`, text: `${texts.join('')}--${boundary}--\r\n` }
}

const partOf = (parts: Parts, name: string): FormPart => (memberOf(parts, name) as FormPart | undefined) ?? {}
