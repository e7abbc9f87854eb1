import { pageInput, pageOutput, readPage, text, userOperation } from '@reference-plugins/core'
import { z } from 'zod'
import { longestNote, type Notes } from './notebook/notes.ts'

const id = text(40).describe('The id of the note, from listNotes, searchNotes or addNote')
const title = text(200).describe('One line that says what the note is about')
const body = text(20_000).describe('The text of the note in Markdown, at most 20,000 characters')
const tag = text(40)
const tags = z.array(tag).max(20).describe('Words to find the note by, at most 20')
const version = z.int().min(1).describe('The version that you read last')
const time = (which: string) =>
  z.iso.datetime({ offset: true }).optional().describe(`Only notes changed ${which} this time`)

const Note = z
  .object({
    id: z.string(),
    title: z.string(),
    tags: z.array(z.string()),
    version: z.int().describe('Increases with each change. Send it with the next change'),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'Note' })
const NotePage = z.object({ notes: z.array(Note), ...pageOutput })

const notFound = { 404: 'the user has no note with this id' } as const
const conflicts = { ...notFound, 409: 'the note has changed since that version' } as const
const missing = (id: string) => `Note ${id} does not exist: find it with searchNotes or listNotes`
const changed = (version: number) =>
  `Nothing was changed: the note is now at version ${version}. Read it again with getNote and merge your change`
const full = `A note has at most ${longestNote} characters: add another note with addNote`

export const createOperations = (notes: Notes) => ({
  searchNotes: userOperation('GET /search', {
    summary: 'Search the notes by words in any language. Titles rank first, then tags, then text',
    openWorld: false,
    scope: 'notes:read',
    input: z.object({
      query: text(200).describe('Words that the note must contain, all of them. The start of a word is enough'),
      limit: z.int().min(1).max(50).default(10).describe('The most notes to return'),
      offset: z
        .int()
        .min(0)
        .max(1000)
        .default(0)
        .describe('How many notes to skip: 0, or nextOffset from the previous page'),
    }),
    output: z.object({ results: z.array(Note.extend({ snippet: z.string() })), ...pageOutput }),
    handler: ({ query, limit, offset }, { caller }) => notes.search(caller.id, query, limit, offset),
  }),

  listNotes: userOperation('GET /notes', {
    summary: 'List notes without their text, last changed first, by tag and by time',
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
      const { items, nextOffset } = await readPage(page, (...place) =>
        notes.list(caller.id, { tag, since, until }, ...place),
      )
      return { notes: items, nextOffset }
    },
  }),

  listTags: userOperation('GET /tags', {
    summary: 'List all tags, each with its number of notes',
    openWorld: false,
    scope: 'notes:read',
    input: z.object(pageInput),
    output: z.object({ tags: z.array(z.object({ tag: z.string(), notes: z.int() })), ...pageOutput }),
    async handler(page, { caller }) {
      const { items, nextOffset } = await readPage(page, (...place) => notes.tags(caller.id, ...place))
      return { tags: items, nextOffset }
    },
  }),

  getNote: userOperation('GET /notes/{id}', {
    summary: 'Read one note; a long note comes in parts',
    view: 'note',
    openWorld: false,
    scope: 'notes:read',
    input: z.object({
      id,
      offset: z.int().min(0).default(0).describe('The character to start at: 0, or nextOffset from the previous part'),
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
    summary: 'Change the title, text or tags of a note; whatever you leave out does not change',
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
    summary: 'Append a paragraph to the end of a note',
    openWorld: false,
    destructive: false,
    idempotent: false,
    scope: 'notes:write',
    consequential: false,
    input: z.object({ id, text: body }),
    output: Note,
    errors: { 404: notFound[404], 422: `the note would have more than ${longestNote} characters` },
    async handler({ id, text }, { caller, fail }) {
      const result = await notes.append(caller.id, id, text)
      if (result === 'missing') throw fail(404, missing(id))
      if (result === 'full') throw fail(422, full)
      return result
    },
  }),

  deleteNote: userOperation('DELETE /notes/{id}', {
    summary: 'Delete a note permanently',
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
})
