import Fastify from 'fastify'
import { todos } from './todos.ts'

const params = {
  type: 'object',
  properties: { username: { type: 'string', minLength: 1, maxLength: 100 } },
  required: ['username'],
} as const
const body = {
  type: 'object',
  properties: { todo: { type: 'string', minLength: 1, maxLength: 500 } },
  required: ['todo'],
} as const
const list = {
  type: 'object',
  properties: { todos: { type: 'array', items: { type: 'string' } } },
  required: ['todos'],
}
const success = { type: 'object', properties: { status: { const: 'success' } }, required: ['status'] }

const app = Fastify()

app.get<{ Params: { username: string } }>(
  '/todos/:username',
  { schema: { params, response: { 200: list } } },
  async ({ params }) => ({ todos: await todos.read(params.username) }),
)

app.post<{ Params: { username: string }; Body: { todo: string } }>(
  '/todos/:username',
  { schema: { params, body, response: { 200: success } } },
  async ({ params, body }) => {
    await todos.add(params.username, body.todo)
    return { status: 'success' }
  },
)

await app.listen({ port: Number(process.env.PORT), host: process.env.HOST ?? '127.0.0.1' })
