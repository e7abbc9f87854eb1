// The notes of Elysia's tutorial, with its OpenAPI plugin.
import { node } from '@elysiajs/node'
import { openapi } from '@elysiajs/openapi'
import { Elysia, t } from 'elysia'

const memo = t.Object({ author: t.String({ minLength: 1, maxLength: 30 }), data: t.String({ maxLength: 200 }) })
const note = t.Composite([t.Object({ id: t.Integer() }), memo])
const notes = new Map()
let last = 0
const response = (status, schema) => ({ [status]: schema, 404: t.String(), 422: t.Any() })
const params = t.Object({ id: t.Integer({ minimum: 0 }) })

new Elysia({ adapter: node() })
  .use(openapi())
  .get('/note', () => [...notes.values()], { detail: { summary: 'List notes' }, response: { 200: t.Array(note) } })
  .post(
    '/note',
    ({ body, status }) => {
      const made = { id: ++last, ...body }
      notes.set(made.id, made)
      return status(201, made)
    },
    { body: memo, detail: { summary: 'Add a note' }, response: response(201, note) },
  )
  .get('/note/:id', ({ params: { id }, status }) => notes.get(id) ?? status(404, 'Not Found :('), {
    params,
    detail: { summary: 'Read a note' },
    response: response(200, note),
  })
  .delete('/note/:id', ({ params: { id }, status }) => (notes.delete(id) ? 'deleted' : status(404, 'Not Found :(')), {
    params,
    detail: { summary: 'Delete a note' },
    response: response(200, t.String()),
  })
  .listen({ port: Number(process.argv[2]), hostname: '127.0.0.1' })
