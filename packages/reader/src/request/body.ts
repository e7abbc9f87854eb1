import type { HttpTarget } from '../plugin-document.ts'
import { isObject } from '../text/members.ts'
import { shortHash } from '../text/names.ts'
import { listOf, textOf } from './styles.ts'

export interface BodyText {
  /** As Content-Type has it. */
  type: string
  text: string
}

type Pair = [name: string, value: unknown]

/** The body: the pairs by name, or the one value where the operation takes it whole; undefined where that is missing. */
export function bodyText(
  { mediaType, whole }: NonNullable<HttpTarget['body']>,
  pairs: readonly Pair[],
  given: unknown,
): BodyText | undefined {
  if (whole === undefined) return namedBody(mediaType, pairs)
  if (given === undefined) return undefined
  if (/form/.test(mediaType) && isObject(given)) return namedBody(mediaType, Object.entries(given))
  return { type: mediaType, text: /json$/.test(mediaType) ? JSON.stringify(given) : textOf(given) }
}

function namedBody(mediaType: string, pairs: readonly Pair[]): BodyText {
  if (mediaType === 'application/x-www-form-urlencoded') {
    const form = formPairs(pairs).map(([name, value]): [string, string] => [name, value.toWellFormed()])
    return { type: mediaType, text: new URLSearchParams(form).toString() }
  }
  if (mediaType === 'multipart/form-data') return multipart(pairs)
  return { type: mediaType, text: JSON.stringify(Object.fromEntries(pairs)) }
}

const formPairs = (pairs: readonly Pair[]): [name: string, value: string][] =>
  pairs
    .filter(([, value]) => value !== null)
    .flatMap(([name, value]) => listOf(value).map((one): [string, string] => [name, textOf(one)]))

/** Each value is a part of its own; a file is sent as the text that is given for it. */
function multipart(pairs: readonly Pair[]): BodyText {
  const boundary = `----part-${shortHash(JSON.stringify(pairs), 32)}`
  const parts = formPairs(pairs).map(
    ([name, value]) =>
      `--${boundary}\r\ncontent-disposition: form-data; name="${name.replaceAll(/[\r\n"]/g, encodeURIComponent)}"\r\n\r\n${value}\r\n`,
  )
  return { type: `multipart/form-data; boundary=${boundary}`, text: `${parts.join('')}--${boundary}--\r\n` }
}
