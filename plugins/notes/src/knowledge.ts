import { text, userOperation } from '@reference-plugins/core'
import { z } from 'zod'
import type { Notes } from './notebook/notes.ts'

/**
 * `search` and `fetch`, exactly as ChatGPT's company knowledge and deep research call them: their names, inputs and
 * outputs must have no other members. Over MCP only, because `fetch` hides the global of that name in clients that are
 * generated from a spec, and searchNotes and getNote do the same there. ChatGPT cites what they return by its URL.
 */
export const createKnowledgeOperations = (notes: Notes, publicUrl: string) => {
  const urlOf = (id: string) => `${publicUrl}/notes/${id}`
  return {
    search: userOperation('GET /knowledge', {
      summary: 'Search the notes as a source of knowledge. Returns ids, titles and URLs; read a note with fetch',
      openWorld: false,
      only: 'mcp',
      scope: 'notes:read',
      input: z.object({ query: text(200).describe('Words that the note must contain, all of them') }),
      output: z.object({ results: z.array(z.object({ id: z.string(), title: z.string(), url: z.string() })) }),
      async handler({ query }, { caller }) {
        const { results } = await notes.search(caller.id, query, 20, 0)
        return { results: results.map(({ id, title }) => ({ id, title, url: urlOf(id) })) }
      },
    }),

    fetch: userOperation('GET /knowledge/{id}', {
      summary: 'Read one note that search has found, to quote it with its URL',
      openWorld: false,
      only: 'mcp',
      scope: 'notes:read',
      input: z.object({ id: text(40).describe('The id, from search') }),
      output: z.object({
        id: z.string(),
        title: z.string(),
        text: z.string(),
        url: z.string(),
        metadata: z.record(z.string(), z.string()).optional(),
      }),
      errors: { 404: 'the user has no note with this id' },
      async handler({ id }, { caller, fail }) {
        const note = await notes.read(caller.id, id, 0)
        if (!note) throw fail(404, `Note ${id} does not exist: find it with search`)
        const { title, nextOffset, updatedAt, tags } = note
        const more =
          nextOffset === undefined
            ? ''
            : `\n\n(This is the first part. Read on with getNote from offset ${nextOffset}.)`
        return { id, title, text: note.text + more, url: urlOf(id), metadata: { updatedAt, tags: tags.join(', ') } }
      },
    }),
  }
}
