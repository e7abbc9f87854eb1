import type { Field } from '../plugin-document.ts'
import { quote } from '../text/plain-text.ts'
import { RequestRefused } from './request-refused.ts'
import { textOf } from './styles.ts'

/** A file as it is sent. */
export interface SentFile {
  name: string
  /** Its media type, without parameters. */
  type: string
  /** The text, or what stands for bytes where a request is shown. */
  text: string
  /** Absent for text. */
  bytes?: Uint8Array
}

const dataUrl = /^data:([\w.+-]+\/[\w.+-]+)?((?:;[\w-]+=[^;,\s]{0,1000}){0,10});base64,/i
const mediaType = /^[\w.+-]+\/[\w.+-]+$/

/** Whether a value is the bytes of a file. */
export const isDataUrl = (value: unknown): boolean => typeof value === 'string' && dataUrl.test(value.slice(0, 12_000))

/**
 * The file that an argument stands for: a data URL in base64, whose parameter `name` is the file name in the encoding of
 * a URL, otherwise the text of the file.
 * @throws RequestRefused for base64 that cannot be read
 */
export function readFileValue(value: unknown, { wireName, file }: Pick<Field, 'wireName' | 'file'>): SentFile {
  const given = textOf(value)
  const [head, type, parameters = ''] = dataUrl.exec(given.slice(0, 12_000)) ?? []
  const ownType = file?.type !== undefined && mediaType.test(file.type) ? file.type : undefined
  if (head === undefined) return { name: wireName, type: ownType ?? 'text/plain', text: given }
  const encoded = given.slice(head.length).replaceAll(/\s/g, '')
  const bytes = Buffer.from(encoded, 'base64')
  // Buffer passes over what is not base64.
  if (!/^[\w+/-]*={0,2}$/.test(encoded) || (bytes.length === 0 && encoded !== ''))
    throw new RequestRefused(`The data URL of ${quote(wireName)} is not valid base64.`)
  const sentType = type ?? ownType ?? 'application/octet-stream'
  const text = `[${bytes.length} bytes of ${sentType}]`
  return { name: nameIn(parameters) || wireName, type: sentType, text, bytes }
}

/** The name without folders, as browsers send it. */
function nameIn(parameters: string): string {
  const encoded = /;(?:file)?name=([^;]*)/i.exec(parameters)?.[1] ?? ''
  let name = encoded
  try {
    name = decodeURIComponent(encoded)
  } catch {}
  return (name.split(/[/\\]/).at(-1) ?? '').slice(0, 255).toWellFormed()
}
