import { type Auth, type Mount, Problem } from '@reference-plugins/core'
import type { Context } from 'koa'
import { writeArchive } from './markdown/archive-writer.ts'
import { readUpload } from './markdown/upload.ts'
import { longestNote, type NewNote, type Notes } from './notebook/notes.ts'

type Scope = 'notes:read' | 'notes:write'

/** `POST /import` and `GET /export`: notes as Markdown files. They are for people, so the spec does not list them. */
export function createNoteFiles(notes: Notes, auth: Auth<'user', Scope>): Mount[] {
  async function authorize(ctx: Context, method: string, scope: Scope): Promise<string> {
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
        for (const { name, ...one } of await readUpload(ctx)) {
          if ('reason' in one) refused.push({ file: name, reason: one.reason })
          else if (Array.from(one.file.text).length > longestNote)
            refused.push({ file: name, reason: `it has more than ${longestNote} characters` })
          else found.push(one.file)
        }
        const added = await notes.addAll(owner, found)
        ctx.body = { imported: added.map(({ id, title, tags }) => ({ id, title, tags })), refused }
      },
    },
    {
      path: '/export',
      async middleware(ctx) {
        const owner = await authorize(ctx, 'GET', 'notes:read')
        ctx.attachment('notes.zip')
        ctx.type = 'application/zip'
        ctx.body = await writeArchive(allFiles(owner))
      },
    },
  ]

  async function* allFiles(owner: string) {
    for await (const note of notes.all(owner)) yield { ...note, name: note.id, text: () => notes.text(owner, note.id) }
  }
}
