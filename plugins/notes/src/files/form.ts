import { Writable } from 'node:stream'
import { Problem } from '@reference-plugins/core'
import type { Context } from 'koa'
import { koaBody } from 'koa-body'
import { ArchiveError, readArchive } from './archive.ts'
import { fromMarkdown, type MarkdownFile } from './markdown.ts'

const longestUpload = 10 * 2 ** 20
const mostFiles = 100

/** Collects a file in memory: on the disk, formidable leaves a file when it refuses an upload with too many. */
class MemoryFile extends Writable {
  readonly chunks: Buffer[] = []

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.chunks.push(chunk)
    done()
  }
}

const contents = new WeakMap<object, MemoryFile>()

const readMultipart = koaBody({
  multipart: true,
  json: false,
  text: false,
  urlencoded: false,
  formidable: {
    maxFiles: mostFiles,
    maxFileSize: longestUpload,
    maxTotalFileSize: longestUpload,
    allowEmptyFiles: true,
    fileWriteStreamHandler(file) {
      const content = new MemoryFile()
      if (file) contents.set(file, content)
      return content
    },
  },
})

/** A file of an upload, or the reason why it was refused. */
export type Uploaded = { name: string; file: MarkdownFile } | { name: string; reason: string }

/**
 * Reads an upload (multipart/form-data) of Markdown files and zip archives of them. It leaves no files on the disk.
 * @throws Problem 400, 413, 415 or 422
 */
export async function readUpload(ctx: Context): Promise<Uploaded[]> {
  const uploaded = (await readFiles(ctx)).map(({ name, content }): Uploaded => {
    const file = toMarkdownFile(name, content)
    return typeof file === 'string' ? { name, reason: file } : { name, file }
  })
  if (uploaded.length === 0)
    throw new Problem(400, 'The upload has no file: send at least one, for example with curl -F file=@note.md')
  return uploaded
}

interface UploadedFile {
  name: string
  content: Buffer
}

/** Returns the file, or the reason why it is refused. */
function toMarkdownFile(name: string, content: Buffer): MarkdownFile | string {
  if (!/\.(md|markdown|txt)$/i.test(name)) return 'it is not a .md, .markdown, .txt or .zip file'
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(content)
  } catch {
    return 'it is not UTF-8 text'
  }
  return fromMarkdown(name, text)
}

/** The files of the upload and those in its archives. */
async function readFiles(ctx: Context): Promise<UploadedFile[]> {
  if (!ctx.is('multipart/form-data'))
    throw new Problem(415, 'Send the files as multipart/form-data, for example with curl -F file=@note.md')
  try {
    await readMultipart(ctx, async () => {})
    const files = Object.values(ctx.request.files ?? {}).flat()
    const read = await Promise.all(
      files.map(async (file) => {
        const name = file.originalFilename ?? 'note.md'
        const content = Buffer.concat(contents.get(file)?.chunks ?? [])
        return /\.zip$/i.test(name) ? readArchive(content) : [{ name, content }]
      }),
    )
    return read.flat()
  } catch (error) {
    if (error instanceof ArchiveError) throw new Problem(422, error.message)
    throw uploadProblem(error as Error & { httpCode?: number })
  }
}

function uploadProblem(error: Error & { httpCode?: number }): unknown {
  const headers = { connection: 'close' }
  if (error.httpCode === 413)
    return new Problem(413, `Send at most ${mostFiles} files and ${longestUpload} bytes in one upload`, { headers })
  if (error.httpCode !== undefined && error.httpCode < 500)
    return new Problem(400, 'The upload cannot be read: send it again as complete multipart/form-data', { headers })
  return error
}
