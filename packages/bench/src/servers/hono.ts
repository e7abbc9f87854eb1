import { serve } from '@hono/node-server'
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { todos } from './todos.ts'

const params = z.object({ username: z.string().min(1).max(100) })
const json = <Schema extends z.ZodType>(schema: Schema) => ({ content: { 'application/json': { schema } } })

const getTodos = createRoute({
  method: 'get',
  path: '/todos/{username}',
  request: { params },
  responses: { 200: { description: 'The list', ...json(z.object({ todos: z.array(z.string()) })) } },
})

const addTodo = createRoute({
  method: 'post',
  path: '/todos/{username}',
  request: { params, body: { required: true, ...json(z.object({ todo: z.string().min(1).max(500) })) } },
  responses: { 200: { description: 'Added', ...json(z.object({ status: z.literal('success') })) } },
})

const app = new OpenAPIHono()

app.openapi(getTodos, async (context) =>
  context.json({ todos: await todos.read(context.req.valid('param').username) }, 200),
)

app.openapi(addTodo, async (context) => {
  await todos.add(context.req.valid('param').username, context.req.valid('json').todo)
  return context.json({ status: 'success' as const }, 200)
})

serve({ fetch: app.fetch, port: Number(process.env.PORT), hostname: process.env.HOST ?? '127.0.0.1' })
