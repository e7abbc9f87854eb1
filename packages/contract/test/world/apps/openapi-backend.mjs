// The quick start of openapi-backend, on Express, as a service of todos of the signed-in user (Basic).
import addFormats from 'ajv-formats'
import express from 'express'
import { OpenAPIBackend } from 'openapi-backend'

const json = (schema) => ({ description: 'd', content: { 'application/json': { schema } } })
const Todo = { $ref: '#/components/schemas/Todo' }
const id = { name: 'id', in: 'path', required: true, schema: { type: 'integer', minimum: 1 } }
const failures = { '4XX': json({ $ref: '#/components/schemas/Failure' }) }
const definition = {
  openapi: '3.0.3',
  info: { title: 'Todos', version: '1.0.0' },
  security: [{ basic: [] }],
  paths: {
    '/todos': {
      get: {
        operationId: 'getTodos',
        summary: 'List',
        responses: { 200: json({ type: 'array', items: Todo }), ...failures },
      },
      post: {
        operationId: 'createTodo',
        summary: 'Create',
        requestBody: {
          required: true,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/NewTodo' } } },
        },
        responses: { 201: json(Todo), ...failures },
      },
    },
    '/todos/{id}': {
      parameters: [id],
      get: { operationId: 'getTodo', summary: 'Read', responses: { 200: json(Todo), ...failures } },
      put: {
        operationId: 'putTodo',
        summary: 'Replace',
        requestBody: {
          required: true,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/NewTodo' } } },
        },
        responses: { 200: json(Todo), ...failures },
      },
      delete: { operationId: 'deleteTodo', summary: 'Delete', responses: { 204: { description: 'd' }, ...failures } },
    },
  },
  components: {
    securitySchemes: { basic: { type: 'http', scheme: 'basic' } },
    schemas: {
      NewTodo: {
        type: 'object',
        required: ['title'],
        properties: {
          title: { type: 'string', minLength: 1 },
          due: { type: 'string', nullable: true, format: 'date' },
        },
        additionalProperties: false,
      },
      Todo: {
        type: 'object',
        required: ['id', 'title'],
        properties: {
          id: { type: 'integer' },
          title: { type: 'string' },
          due: { type: 'string', nullable: true, format: 'date' },
        },
      },
      Failure: { type: 'object', required: ['err'], properties: { err: { type: 'string' } } },
    },
  },
}
const users = { 'ada:lovelace': new Map(), 'grace:hopper': new Map() }
let last = 0
const todosOf = ({ request }) =>
  users[Buffer.from(/^basic (.*)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '', 'base64').toString()]
const withTodo = (answer) => (context, _request, response) => {
  const todos = todosOf(context)
  const key = Number(context.request.params.id)
  if (!todos.has(key)) return response.status(404).json({ err: 'not found' })
  answer({ todos, key, context, response })
}

const api = new OpenAPIBackend({ definition, coerceTypes: false, customizeAjv: (ajv) => addFormats(ajv) && ajv })
api.register({
  getTodos: (context, _request, response) => response.json([...todosOf(context).values()]),
  createTodo(context, _request, response) {
    const todo = { id: ++last, ...context.request.requestBody }
    todosOf(context).set(todo.id, todo)
    response.status(201).json(todo)
  },
  getTodo: withTodo(({ todos, key, response }) => response.json(todos.get(key))),
  putTodo: withTodo(({ todos, key, context, response }) => {
    todos.set(key, { id: key, ...context.request.requestBody })
    response.json(todos.get(key))
  }),
  deleteTodo: withTodo(({ todos, key, response }) => {
    todos.delete(key)
    response.status(204).end()
  }),
  validationFail: (context, _request, response) =>
    response.status(400).json({ err: context.validation.errors[0].message }),
  notFound: (_context, _request, response) => response.status(404).json({ err: 'not found' }),
  methodNotAllowed: (_context, _request, response) => response.status(405).json({ err: 'method not allowed' }),
  unauthorizedHandler: (_context, _request, response) =>
    response.status(401).set('WWW-Authenticate', 'Basic realm="todos"').json({ err: 'unauthorized' }),
})
api.registerSecurityHandler('basic', (context) => Boolean(todosOf(context)))
await api.init()

const app = express()
app.use(express.json())
app.get('/openapi.json', (_request, response) => response.json(definition))
app.use((request, response) => api.handleRequest(request, request, response))
app.use((error, _request, response, _next) => response.status(error.status ?? 500).json({ err: error.message }))
app.listen(Number(process.argv[2]), '127.0.0.1')
