// The README of @fastify/swagger: schemas in the routes, documented and enforced.
import { randomUUID } from 'node:crypto'
import cors from '@fastify/cors'
import swagger from '@fastify/swagger'
import fastify from 'fastify'

const app = fastify()
await app.register(cors)
await app.register(swagger, {
  openapi: {
    openapi: '3.0.0',
    info: { title: 'Test swagger', description: 'Testing the Fastify swagger API', version: '0.1.0' },
    components: { securitySchemes: { apiKey: { type: 'apiKey', name: 'apiKey', in: 'header' } } },
  },
})
app.addSchema({
  $id: 'problem',
  type: 'object',
  required: ['statusCode', 'message'],
  properties: { statusCode: { type: 'integer' }, error: { type: 'string' }, message: { type: 'string' } },
})
const task = {
  type: 'object',
  required: ['id', 'title', 'priority', 'done'],
  properties: {
    id: { type: 'string', format: 'uuid' },
    title: { type: 'string' },
    priority: { type: 'integer' },
    done: { type: 'boolean' },
  },
}
const body = {
  type: 'object',
  required: ['title'],
  additionalProperties: false,
  properties: {
    title: { type: 'string', minLength: 1, maxLength: 80 },
    priority: { type: 'integer', minimum: 1, maximum: 5, default: 3 },
    done: { type: 'boolean', default: false },
  },
}
const problem = { $ref: 'problem#' }
const params = { type: 'object', properties: { id: { type: 'string', format: 'uuid', description: 'The task' } } }
const security = [{ apiKey: [] }]
const tasks = new Map()
const missing = (reply) => reply.code(404).send({ statusCode: 404, error: 'Not Found', message: 'No such task' })

await app.register(async (routes) => {
  routes.addHook('onRequest', async (request, reply) => {
    if (request.headers.apikey !== 'key-of-the-app')
      return reply.code(401).send({ statusCode: 401, error: 'Unauthorized', message: 'No key' })
  })
  const more = { security, tags: ['tasks'] }
  const refused = { 401: problem, '4xx': problem }
  routes.get(
    '/tasks',
    {
      schema: {
        ...more,
        operationId: 'listTasks',
        summary: 'List tasks',
        querystring: {
          type: 'object',
          properties: {
            offset: { type: 'integer', minimum: 0, default: 0 },
            limit: { type: 'integer', minimum: 1, maximum: 50, default: 20 },
            done: { type: 'boolean' },
          },
        },
        response: {
          200: {
            type: 'object',
            required: ['total', 'items'],
            properties: { total: { type: 'integer' }, items: { type: 'array', items: task } },
          },
          ...refused,
        },
      },
    },
    async ({ query: { offset, limit, done } }) => {
      const found = [...tasks.values()].filter((one) => done === undefined || one.done === done)
      return { total: found.length, items: found.slice(offset, offset + limit) }
    },
  )
  routes.post(
    '/tasks',
    { schema: { ...more, operationId: 'addTask', summary: 'Add a task', body, response: { 201: task, ...refused } } },
    async (request, reply) => {
      const made = { id: randomUUID(), ...request.body }
      tasks.set(made.id, made)
      return reply.code(201).send(made)
    },
  )
  routes.get(
    '/tasks/:id',
    {
      schema: { ...more, operationId: 'getTask', summary: 'Read a task', params, response: { 200: task, ...refused } },
    },
    async ({ params: { id } }, reply) => tasks.get(id) ?? missing(reply),
  )
  routes.put(
    '/tasks/:id',
    {
      schema: {
        ...more,
        operationId: 'putTask',
        summary: 'Replace a task',
        params,
        body,
        response: { 200: task, ...refused },
      },
    },
    async ({ params: { id }, body }, reply) => {
      if (!tasks.has(id)) return missing(reply)
      tasks.set(id, { id, ...body })
      return tasks.get(id)
    },
  )
  routes.delete(
    '/tasks/:id',
    {
      schema: {
        ...more,
        operationId: 'deleteTask',
        summary: 'Delete a task',
        params,
        response: { 204: { type: 'null', description: 'Gone' }, ...refused },
      },
    },
    async ({ params: { id } }, reply) => (tasks.delete(id) ? reply.code(204).send() : missing(reply)),
  )
})
app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
await app.listen({ port: Number(process.argv[2]), host: '127.0.0.1' })
