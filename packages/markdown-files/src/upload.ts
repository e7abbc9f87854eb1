import { readFile, rm } from 'node:fs/promises'
import { Problem } from '@reference-plugins/core'
import type { Context } from 'koa'
import { koaBody } from 'koa-body'
import { ArchiveError, readArchive } from './archive.ts'
import { fromMarkdown, type MarkdownFile } from './markdown.ts'

const longestUpload = 10 * 2 ** 20
const mostFiles = 100

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
  },
})

/** A file of an upload, read, or with what is wrong with it. */
export type Uploaded = { name: string; file: MarkdownFile } | { name: string; reason: string }

/**
 * Reads an upload (multipart/form-data) of Markdown files, and of zip archives of them. Nothing of it stays on the disk.
 * @throws Problem 400, 413, 415 or 422
 */
export async function readUpload(ctx: Context): Promise<Uploaded[]> {
  const uploaded = (await readFiles(ctx)).map(({ name, content }): Uploaded => {
    const file = toMarkdownFile(name, content)
    return typeof file === 'string' ? { name, reason: file } : { name, file }
  })
  if (uploaded.length === 0)
    throw new Problem(400, 'The upload has no file: send one or more, as -F file=@note.md does')
  return uploaded
}

interface UploadedFile {
  name: string
  content: Buffer
}

/** Answers what is wrong where it is no Markdown. */
function toMarkdownFile(name: string, content: Buffer): MarkdownFile | string {
  if (!/\.(md|markdown|txt)$/i.test(name)) return 'it is not .md, .markdown, .txt or .zip'
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(content)
  } catch {
    return 'it is no text in UTF-8'
  }
  return fromMarkdown(name, text)
}

/** The files of the upload, and those in its archives. */
async function readFiles(ctx: Context): Promise<UploadedFile[]> {
  if (!ctx.is('multipart/form-data'))
    throw new Problem(415, 'Send the files as multipart/form-data, as curl -F file=@note.md does')
  try {
    await readMultipart(ctx, async () => {})
    const files = Object.values(ctx.request.files ?? {}).flat()
    const read = await Promise.all(
      files.map(async ({ originalFilename, filepath }) => {
        const name = originalFilename ?? 'note.md'
        const content = await readFile(filepath)
        return /\.zip$/i.test(name) ? readArchive(content) : [{ name, content }]
      }),
    )
    return read.flat()
  } catch (error) {
    if (error instanceof ArchiveError) throw new Problem(422, error.message)
    throw uploadProblem(error as Error & { httpCode?: number })
  } finally {
    for (const { filepath } of Object.values(ctx.request.files ?? {}).flat()) await rm(filepath, { force: true })
  }
}

function uploadProblem(error: Error & { httpCode?: number }): unknown {
  const headers = { connection: 'close' }
  if (error.httpCode === 413)
    return new Problem(413, `Send at most ${mostFiles} files and ${longestUpload} bytes at once`, { headers })
  if (error.httpCode !== undefined && error.httpCode < 500)
    return new Problem(400, 'The upload cannot be read: send it as multipart/form-data, complete', { headers })
  return error
}
