import { text, userOperation } from '@reference-plugins/core'
import type { Notes } from '@reference-plugins/notebook'
import { z } from 'zod'

const missing = { 404: 'the user has no such note' } as const

/**
 * `search` and `fetch`, in exactly the form in which ChatGPT's company knowledge and deep research call them:
 * names, inputs and answers may not have a member more. What they find is cited by its URL.
 */
export const knowledge = (notes: Notes, publicUrl: string) => {
  const urlOf = (id: string) => `${publicUrl}/notes/${id}`
  return {
    search: userOperation('GET /knowledge', {
      summary: 'Search the notes as a source of knowledge: answers ids, titles and URLs, for fetch',
      openWorld: false,
      scope: 'notes:read',
      input: z.object({ query: text(200).describe('Words that the note has, all of them') }),
      output: z.object({ results: z.array(z.object({ id: z.string(), title: z.string(), url: z.string() })) }),
      async handler({ query }, { caller }) {
        const { results } = await notes.search(caller.id, query, 20, 0)
        return { results: results.map(({ id, title }) => ({ id, title, url: urlOf(id) })) }
      },
    }),

    fetch: userOperation('GET /knowledge/{id}', {
      summary: 'Read one note that search has found, to quote it with its URL',
      openWorld: false,
      scope: 'notes:read',
      input: z.object({ id: text(40).describe('The id, as search answers it') }),
      output: z.object({
        id: z.string(),
        title: z.string(),
        text: z.string(),
        url: z.string(),
        metadata: z.record(z.string(), z.string()).optional(),
      }),
      errors: missing,
      async handler({ id }, { caller, fail }) {
        const note = await notes.read(caller.id, id, 0)
        if (!note) throw fail(404, `There is no note ${id}: look for it with search`)
        const { title, nextOffset, updatedAt, tags } = note
        const more = nextOffset === undefined ? '' : `\n\n(It goes on: getNote has the rest, from ${nextOffset}.)`
        return { id, title, text: note.text + more, url: urlOf(id), metadata: { updatedAt, tags: tags.join(', ') } }
      },
    }),
  }
}
