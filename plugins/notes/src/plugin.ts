import {
  definePlugin,
  type Environment,
  pageInput,
  pageOutput,
  readPage,
  text,
  userOperation,
} from '@reference-plugins/core'
import { longestNote, Notes, noteMigrations } from '@reference-plugins/notebook'
import { createSignIn, oauthMigrations, type SignInEnvironment } from '@reference-plugins/oauth-server'
import { openDatabase } from '@reference-plugins/store'
import { z } from 'zod'
import { knowledge } from './knowledge.ts'
import { noteFiles } from './note-files.ts'

const scopes = {
  'notes:read': 'Read and search your notes',
  'notes:write': 'Add, change and delete your notes',
} as const

const id = text(40).describe('The id of the note, as listNotes, searchNotes and addNote answer it')
const title = text(200).describe('One line that says what the note is about')
const body = text(20_000).describe('The text of the note, as Markdown, at most 20,000 characters')
const tag = text(40)
const tags = z.array(tag).max(20).describe('Words to find the note by, at most 20')
const version = z.int().min(1).describe('The version that was read last')
const time = (which: string) =>
  z.iso.datetime({ offset: true }).optional().describe(`Only notes changed ${which} this time`)

const Note = z
  .object({
    id: z.string(),
    title: z.string(),
    tags: z.array(z.string()),
    version: z.int().describe('Rises with each change; send it with the next one'),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'Note' })
const NotePage = z.object({ notes: z.array(Note), ...pageOutput })

const notFound = { 404: 'the user has no such note' } as const
const conflicts = { ...notFound, 409: 'the note has been changed since' } as const
const missing = (id: string) => `There is no note ${id}: look for it with searchNotes or listNotes`
const changed = (version: number) =>
  `Nothing was changed, for the note has version ${version} by now: read it again with getNote, and put both together`
const full = `A note has at most ${longestNote} characters: add another note with addNote`

/** A personal knowledge base. Each user signs in by OAuth, and sees only their own. */
export async function createNotesPlugin(environment: NotesEnvironment) {
  const { PUBLIC_URL: publicUrl, DATABASE_URL } = environment
  const database = await openDatabase(DATABASE_URL, { ...oauthMigrations, ...noteMigrations })
  const signIn = await createSignIn({ environment, publicUrl, title: 'Notes', database, scopes })
  const notes = new Notes(database)

  return definePlugin({
    name: 'notes',
    title: 'Notes',
    descriptionForHuman: 'Keep notes, and find them again by what they say.',
    descriptionForModel:
      'Keeps the notes of the user who signed in. Search before you answer from memory, and before you add a note that ' +
      'may be there. To change a note, read it first and send the version that you read.',
    conversationStarters: [
      'What have I noted about the bread recipe?',
      'Note that the dentist is on Friday at nine.',
      'Which tags do my notes have?',
    ],
    contactEmail: 'maintainers@example.com',
    folder: new URL('..', import.meta.url),
    auth: signIn.auth,
    needs: [database, signIn],
    mounts: [...signIn.mounts, ...noteFiles(notes, signIn.auth)],
    operations: {
      ...knowledge(notes, publicUrl),

      searchNotes: userOperation('GET /search', {
        summary: 'Search the notes by words, in any language; the title counts most, then tags, then the text',
        openWorld: false,
        scope: 'notes:read',
        input: z.object({
          query: text(200).describe('Words that the note has, all of them; the beginning of a word is enough'),
          limit: z.int().min(1).max(50).default(10).describe('How many notes at most'),
          offset: z.int().min(0).max(1000).default(0).describe('How many to pass over: 0, or the nextOffset before'),
        }),
        output: z.object({ results: z.array(Note.extend({ snippet: z.string() })), ...pageOutput }),
        handler: ({ query, limit, offset }, { caller }) => notes.search(caller.id, query, limit, offset),
      }),

      listNotes: userOperation('GET /notes', {
        summary: 'List notes without their text, those changed last first, by tag and by time',
        openWorld: false,
        scope: 'notes:read',
        input: z.object({
          tag: tag.optional().describe('Only notes with this tag'),
          since: time('at or after'),
          until: time('before'),
          ...pageInput,
        }),
        output: NotePage,
        async handler({ tag, since, until, ...page }, { caller }) {
          const { items, nextOffset } = await readPage(page, (offset, count) =>
            notes.list(caller.id, { tag, since, until }, offset, count),
          )
          return { notes: items, nextOffset }
        },
      }),

      listTags: userOperation('GET /tags', {
        summary: 'List the tags of all notes, each with how many notes have it',
        openWorld: false,
        scope: 'notes:read',
        input: z.object(pageInput),
        output: z.object({ tags: z.array(z.object({ tag: z.string(), notes: z.int() })), ...pageOutput }),
        async handler(page, { caller }) {
          const { items, nextOffset } = await readPage(page, (offset, count) => notes.tags(caller.id, offset, count))
          return { tags: items, nextOffset }
        },
      }),

      getNote: userOperation('GET /notes/{id}', {
        summary: 'Read one note, a long one in parts',
        view: 'note',
        openWorld: false,
        scope: 'notes:read',
        input: z.object({
          id,
          offset: z
            .int()
            .min(0)
            .default(0)
            .describe('The character to begin at: 0, or the nextOffset of the part before'),
        }),
        output: Note.extend({ text: z.string(), ...pageOutput }),
        errors: notFound,
        async handler({ id, offset }, { caller, fail }) {
          const note = await notes.read(caller.id, id, offset)
          if (!note) throw fail(404, missing(id))
          return note
        },
      }),

      addNote: userOperation('POST /notes', {
        summary: 'Add a note',
        openWorld: false,
        destructive: false,
        idempotent: false,
        scope: 'notes:write',
        consequential: false,
        input: z.object({ title, text: body.optional(), tags: tags.default([]) }),
        output: Note,
        handler: ({ text = '', ...note }, { caller }) => notes.add(caller.id, { ...note, text }),
      }),

      updateNote: userOperation('PUT /notes/{id}', {
        summary: 'Change title, text or tags of a note; what is left out stays as it is',
        openWorld: false,
        destructive: true,
        scope: 'notes:write',
        input: z.object({ id, version, title: title.optional(), text: body.optional(), tags: tags.optional() }),
        output: Note,
        errors: conflicts,
        async handler({ id, version, ...parts }, { caller, fail }) {
          const result = await notes.change(caller.id, id, { ...parts, version })
          if (result === 'missing') throw fail(404, missing(id))
          if ('changed' in result) throw fail(409, changed(result.changed))
          return result.note
        },
      }),

      appendToNote: userOperation('POST /notes/{id}/text', {
        summary: 'Add text to the end of a note, as a paragraph of its own',
        openWorld: false,
        destructive: false,
        idempotent: false,
        scope: 'notes:write',
        consequential: false,
        input: z.object({ id, text: body }),
        output: Note,
        errors: { 404: notFound[404], 422: `the note would have over ${longestNote} characters` },
        async handler({ id, text }, { caller, fail }) {
          const result = await notes.append(caller.id, id, text)
          if (result === 'missing') throw fail(404, missing(id))
          if (result === 'full') throw fail(422, full)
          return result
        },
      }),

      deleteNote: userOperation('DELETE /notes/{id}', {
        summary: 'Delete a note for good',
        openWorld: false,
        scope: 'notes:write',
        input: z.object({ id, version: version.optional() }),
        output: z.object({ deleted: z.literal(true) }),
        errors: conflicts,
        async handler({ id, version }, { caller, fail }) {
          const result = await notes.delete(caller.id, id, version)
          if (result === 'missing') throw fail(404, missing(id))
          if (result !== 'deleted') throw fail(409, changed(result.changed))
          return { deleted: true as const }
        },
      }),
    },
  })
}

export type NotesEnvironment = Pick<Environment, 'PUBLIC_URL' | 'DATABASE_URL'> &
  Partial<Pick<Environment, 'NODE_ENV'>> &
  Partial<z.output<typeof SignInEnvironment>>
