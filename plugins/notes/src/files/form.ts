import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import formidable, { type Part } from 'formidable'
import { mostFiles, tooMuch, UploadRefused } from './budget.ts'
import { type FileName, type RawName, readNames } from './file-names.ts'
import { rawFileName } from './part-name.ts'

// The other fields of a form are not read.
const mostFields = 100
const chunkLength = 2 ** 16

/** A file of an upload. */
export interface UploadedFile {
  name: FileName
  /** Empty if the sender named none. */
  mediaType: string
  content: Buffer
}

/**
 * Reads the files in a body of multipart/form-data, whatever the names of their fields.
 * @throws UploadRefused
 */
export async function readForm(body: Buffer, contentType: string): Promise<UploadedFile[]> {
  const parts = await readParts(body, contentType)
  if (parts.length === 0)
    throw new UploadRefused(400, 'The upload has no file: send at least one, for example with curl -F file=@note.md')
  const names = readNames(parts.map(({ name }) => name))
  return parts.map(({ mediaType, chunks }, index) => ({
    name: names[index] as FileName,
    mediaType,
    content: Buffer.concat(chunks),
  }))
}

interface FilePart {
  name: RawName
  mediaType: string
  chunks: Buffer[]
}

async function readParts(body: Buffer, contentType: string): Promise<FilePart[]> {
  const parts: FilePart[] = []
  let fields = 0
  // Names of files stay as they came: `binary` makes one character of each byte.
  const form = formidable({ encoding: 'binary' })
  form.onPart = (part) => {
    const name = rawFileName(headerOf(part, 'content-disposition'))
    const mediaType = headerOf(part, 'content-type').trim()
    // A part without a file name is a field, unless its type can only be that of a file.
    const isFile = name !== undefined || /^(text\/markdown|application\/(x-)?zip)/i.test(mediaType)
    const chunks: Buffer[] = []
    part.on('data', (chunk: Buffer) => {
      if (isFile) chunks.push(chunk)
    })
    part.on('end', () => {
      // A browser sends an empty part without a name if no file was chosen.
      const isChosen = chunks.length > 0 || name?.bytes.length || name?.utf8
      if (isFile && isChosen) parts.push({ name: name ?? { bytes: new Uint8Array() }, mediaType, chunks })
      else fields++
      if (parts.length > mostFiles || fields > mostFields) form.emit('error', new UploadRefused(413, tooMuch))
    })
  }
  try {
    await form.parse(toRequest(body, contentType))
  } catch (error) {
    throw error instanceof UploadRefused ? error : unreadable(error as { httpCode?: number })
  }
  return parts
}

/** What the parser reads of a request. */
function toRequest(body: Buffer, contentType: string): IncomingMessage {
  const starts = Array.from({ length: Math.ceil(body.length / chunkLength) }, (_, index) => index * chunkLength)
  const stream = Readable.from(starts.map((start) => body.subarray(start, start + chunkLength)))
  const headers = { 'content-type': contentType, 'content-length': String(body.length) }
  return Object.assign(stream, { headers }) as unknown as IncomingMessage
}

/** The parser sets them, though its types do not say so. */
const headerOf = (part: Part, name: string): string =>
  (part as { headers?: Record<string, string> }).headers?.[name] ?? ''

const unreadable = ({ httpCode }: { httpCode?: number }): UploadRefused =>
  httpCode === 501
    ? new UploadRefused(415, 'Send each file as it is, without Content-Transfer-Encoding')
    : new UploadRefused(400, 'The upload cannot be read: send it again as complete multipart/form-data')
