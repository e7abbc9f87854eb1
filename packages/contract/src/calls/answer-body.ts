import type { IncomingHttpHeaders } from 'node:http'
import zlib from 'node:zlib'
import { bareType, isJsonType } from '@reference-plugins/reader'
import { parseExact } from '@reference-plugins/reader/exact-json'

export interface AnswerBody {
  text: string
  /** The body as JSON, with exact numbers. Undefined where it is not JSON. */
  json: unknown
  /** What is wrong with its bytes, where that does not hinder reading. */
  bodyFault?: string
}

const longest = 20_000_000

type Decoder = InstanceType<typeof TextDecoder>

/** Reads the bytes of a body by Content-Encoding and charset. `isCut`: the rest was not read. */
export function readBody(bytes: Buffer, headers: IncomingHttpHeaders, isCut = false): AnswerBody {
  const { plain, fault } = decompress(bytes, headers['content-encoding'] ?? '', isCut)
  const type = headers['content-type'] ?? ''
  const isJson = isJsonType(type)
  const charset = /;\s*charset="?([^\s";]+)/i.exec(type)?.[1] ?? 'utf-8'
  const decoder = decoderFor(charset)
  const read = decoder && decode(plain, decoder)
  const text = (read?.text ?? plain.toString('utf8')).replace(/^\ufeff/, '')
  const faults = [
    fault,
    decoder ? undefined : `the charset ${charset} is unknown`,
    isJson && decoder && decoder.encoding !== 'utf-8' ? `it is JSON in ${charset}: JSON is always UTF-8` : undefined,
    isText(type) && read?.isBroken && !isCut ? `its bytes are not ${charset}` : undefined,
    isJson && read?.text.startsWith('\ufeff')
      ? 'it starts with a byte order mark, which JSON does not have'
      : undefined,
  ]
  const bodyFault = faults.find((one) => one !== undefined)
  return { text, json: toJson(text), ...(bodyFault !== undefined && { bodyFault }) }
}

/** Media types whose bodies are text. */
export const isText = (type: string): boolean =>
  isJsonType(type) || /^text\/|^application\/.*(json|xml|yaml|javascript|urlencoded|graphql)/.test(bareType(type))

function decompress(bytes: Buffer, coding: string, isCut: boolean): { plain: Buffer; fault?: string } {
  const more = { maxOutputLength: longest, ...(isCut && { finishFlush: zlib.constants.Z_SYNC_FLUSH }) }
  let plain = bytes
  for (const name of coding.toLowerCase().split(',').reverse()) {
    const word = name.trim()
    if (word === '' || word === 'identity' || plain.length === 0) continue
    try {
      if (word === 'gzip' || word === 'x-gzip') plain = zlib.gunzipSync(plain, more)
      else if (word === 'deflate') plain = inflate(plain, more)
      else if (word === 'br') plain = zlib.brotliDecompressSync(plain, { maxOutputLength: longest })
      else if (word === 'zstd') plain = zlib.zstdDecompressSync(plain, { maxOutputLength: longest })
      else return { plain, fault: `its Content-Encoding ${word} is unknown` }
    } catch {
      return isCut ? { plain } : { plain, fault: `its Content-Encoding is ${word}, and the body is not` }
    }
  }
  return { plain }
}

/** Some servers send what RFC 1951 calls deflate, some what HTTP does. */
function inflate(bytes: Buffer, more: object): Buffer {
  try {
    return zlib.inflateSync(bytes, more)
  } catch {
    return zlib.inflateRawSync(bytes, more)
  }
}

function decoderFor(charset: string): Decoder | undefined {
  try {
    return new TextDecoder(charset, { fatal: true, ignoreBOM: true })
  } catch {
    return undefined
  }
}

function decode(bytes: Buffer, decoder: Decoder): { text: string; isBroken: boolean } {
  try {
    return { text: decoder.decode(bytes), isBroken: false }
  } catch {
    return { text: new TextDecoder(decoder.encoding, { ignoreBOM: true }).decode(bytes), isBroken: true }
  }
}

function toJson(text: string): unknown {
  try {
    return parseExact(text)
  } catch {
    return undefined
  }
}
