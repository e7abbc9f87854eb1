// The README of @hono/zod-openapi, with a list, a new user and a bearer token.
import { serve } from '@hono/node-server'
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { bearerAuth } from 'hono/bearer-auth'
import { bodyLimit } from 'hono/body-limit'
import { cors } from 'hono/cors'

const ParamsSchema = z.object({
  id: z
    .string()
    .min(3)
    .openapi({ param: { name: 'id', in: 'path' }, example: '1212121' }),
})
const NewUserSchema = z
  .object({ name: z.string().min(1).max(60).openapi({ example: 'John Doe' }), age: z.int().min(0).max(150) })
  .openapi('NewUser')
const UserSchema = NewUserSchema.extend({ id: z.string() }).openapi('User')
const ErrorSchema = z.object({ code: z.number(), message: z.string() }).openapi('Error')
const json = (schema, description) => ({ content: { 'application/json': { schema } }, description })
const refused = { 400: json(ErrorSchema, 'Returns an error'), 401: { description: 'No valid token' } }
const users = new Map()
let last = 1000

const app = new OpenAPIHono({
  defaultHook: (result, c) => {
    if (!result.success) return c.json({ code: 400, message: 'Validation Error' }, 400)
  },
})
app.onError((error, c) =>
  error.getResponse && error.status === 401
    ? error.getResponse()
    : c.json({ code: error.status ?? 500, message: error.message }, error.status ?? 500),
)
app.use('*', cors())
app.use('/users/*', bearerAuth({ token: 'token-of-the-app' }))
app.use('*', bodyLimit({ maxSize: 100_000 }))
app.openAPIRegistry.registerComponent('securitySchemes', 'Bearer', { type: 'http', scheme: 'bearer' })
const security = [{ Bearer: [] }]

app.openapi(
  createRoute({
    method: 'get',
    path: '/users',
    security,
    request: { query: z.object({ minAge: z.coerce.number().int().min(0).optional() }) },
    responses: { 200: json(z.array(UserSchema), 'Retrieve the users'), ...refused },
  }),
  (c) => {
    const { minAge = 0 } = c.req.valid('query')
    return c.json(
      [...users.values()].filter(({ age }) => age >= minAge),
      200,
    )
  },
)
app.openapi(
  createRoute({
    method: 'post',
    path: '/users',
    security,
    request: { body: { required: true, content: { 'application/json': { schema: NewUserSchema } } } },
    responses: { 201: json(UserSchema, 'The new user'), 413: json(ErrorSchema, 'Too large'), ...refused },
  }),
  (c) => {
    const user = { id: String(++last), ...c.req.valid('json') }
    users.set(user.id, user)
    return c.json(user, 201)
  },
)
app.openapi(
  createRoute({
    method: 'get',
    path: '/users/{id}',
    security,
    request: { params: ParamsSchema },
    responses: { 200: json(UserSchema, 'Retrieve the user'), 404: json(ErrorSchema, 'Not found'), ...refused },
  }),
  (c) => {
    const user = users.get(c.req.valid('param').id)
    return user ? c.json(user, 200) : c.json({ code: 404, message: 'Not found' }, 404)
  },
)
app.openapi(
  createRoute({
    method: 'delete',
    path: '/users/{id}',
    security,
    request: { params: ParamsSchema },
    responses: { 204: { description: 'Deleted' }, 404: json(ErrorSchema, 'Not found'), ...refused },
  }),
  (c) => (users.delete(c.req.valid('param').id) ? c.body(null, 204) : c.json({ code: 404, message: 'Not found' }, 404)),
)
app.doc('/doc', { openapi: '3.0.0', info: { version: '1.0.0', title: 'My API' } })
serve({ fetch: app.fetch, port: Number(process.argv[2]), hostname: '127.0.0.1' })
