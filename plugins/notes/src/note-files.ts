import { readFile, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { type Auth, type Mount, Problem } from '@reference-plugins/core'
import type { Context } from 'koa'
import { koaBody } from 'koa-body'
import { ZipFile } from 'yazl'
import { fromMarkdown, toMarkdown } from './markdown.ts'
import { ArchiveError, readArchive } from './note-archive.ts'
import { longestNote, type NewNote, type Notes } from './notes.ts'

const longestUpload = 10 * 2 ** 20
const mostFiles = 100

const readUpload = koaBody({
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

/** `POST /import` and `GET /export`: notes as Markdown files. Assistants have no use for them, so they stand in no document. */
export const noteFiles = (notes: Notes, auth: Auth<'user', 'notes:read' | 'notes:write'>): Mount[] => {
  async function authorize(ctx: Context, method: string, scope: 'notes:read' | 'notes:write'): Promise<string> {
    if (ctx.method !== method) throw new Problem(405, `Use ${method}`, { headers: { allow: method } })
    const caller = await auth.authenticate(ctx.req.headers.authorization)
    if (!caller?.scopes?.includes(scope)) throw auth.insufficientScope(scope)
    return caller.id
  }

  return [
    {
      path: '/import',
      async middleware(ctx) {
        const owner = await authorize(ctx, 'POST', 'notes:write')
        const found: NewNote[] = []
        const refused: { file: string; reason: string }[] = []
        for (const { name, content } of await readFiles(ctx)) {
          const note = toNote(name, content)
          if (typeof note === 'string') refused.push({ file: name, reason: note })
          else found.push(note)
        }
        if (found.length + refused.length === 0)
          throw new Problem(400, 'The upload has no file: send one or more, as -F file=@note.md does')
        const added = await notes.addAll(owner, found)
        ctx.body = { imported: added.map(({ id, title, tags }) => ({ id, title, tags })), refused }
      },
    },
    {
      path: '/export',
      async middleware(ctx) {
        const owner = await authorize(ctx, 'GET', 'notes:read')
        const zip = new ZipFile()
        for await (const note of notes.all(owner))
          zip.addReadStreamLazy(`${note.id}.md`, { mtime: new Date(note.updatedAt) }, (callback) => {
            notes.text(owner, note.id).then(
              (text) => callback(null, Readable.from([toMarkdown({ ...note, text })])),
              (error) => callback(error, Readable.from([])),
            )
          })
        zip.end()
        ctx.attachment('notes.zip')
        ctx.type = 'application/zip'
        ctx.body = Readable.from(zip.outputStream)
      },
    },
  ]
}

interface NoteFile {
  name: string
  content: Buffer
}

/** Answers what is wrong where it is no note. */
function toNote(name: string, content: Buffer): NewNote | string {
  if (!/\.(md|markdown|txt)$/i.test(name)) return 'it is not .md, .markdown, .txt or .zip'
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(content)
  } catch {
    return 'it is no text in UTF-8'
  }
  const note = fromMarkdown(name, text)
  return Array.from(note.text).length > longestNote ? `it has over ${longestNote} characters` : note
}

/** The files of the upload, and those in its archives. */
async function readFiles(ctx: Context): Promise<NoteFile[]> {
  if (!ctx.is('multipart/form-data'))
    throw new Problem(415, 'Send the files as multipart/form-data, as curl -F file=@note.md does')
  try {
    await readUpload(ctx, async () => {})
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
