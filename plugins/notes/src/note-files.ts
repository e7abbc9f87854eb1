import { type Auth, type Mount, type MountState, Problem } from '@reference-plugins/core'
import type { ParameterizedContext } from 'koa'
import { writeArchive } from './files/archive-writer.ts'
import { UploadQueue } from './files/upload-queue.ts'
import { longestNote, type Notes } from './notebook/notes.ts'

type Scope = 'notes:read' | 'notes:write'

/** `POST /import` and `GET /export`: notes as Markdown files. They are for people, so the spec does not list them. */
export function createNoteFiles(notes: Notes, auth: Auth<'user', Scope>): Mount[] {
  const uploads = new UploadQueue(longestNote)

  async function authorize(ctx: ParameterizedContext<MountState>, method: string, scope: Scope): Promise<string> {
    if (ctx.method !== method) throw new Problem(405, `Use ${method}`, { headers: { allow: method } })
    const { authorization } = ctx.req.headers
    const authenticate = () => auth.authenticate(authorization)
    const caller = await (authorization === undefined ? authenticate() : ctx.state.guard(authenticate))
    if (!caller?.scopes?.includes(scope)) throw auth.insufficientScope(scope)
    return caller.id
  }

  return [
    {
      path: '/import',
      async middleware(ctx) {
        const owner = await authorize(ctx, 'POST', 'notes:write')
        ctx.body = await uploads.read(ctx, owner, async (found) => {
          const accepted = found.filter((one) => 'file' in one)
          const added = await notes.addAll(
            owner,
            accepted.map(({ file }) => file),
          )
          const remarks = accepted.flatMap(({ name, remark }) => (remark ? [{ file: name, remark }] : []))
          return {
            imported: added.map(({ id, title, tags }) => ({ id, title, tags })),
            refused: found.flatMap((one) => ('reason' in one ? [{ file: one.name, reason: one.reason }] : [])),
            ...(remarks.length > 0 && { remarks }),
          }
        })
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
