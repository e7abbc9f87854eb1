// The README of json-server, with the spec that it lacks.
import { createRequire } from 'node:module'

const jsonServer = createRequire(import.meta.url)('json-server')
const post = {
  type: 'object',
  properties: { id: { type: 'integer' }, title: { type: 'string' }, author: { type: 'string' } },
}
const json = (schema) => ({ 'application/json': { schema } })
const id = { name: 'id', in: 'path', required: true, schema: { type: 'integer' } }
const answer = (schema) => ({ description: 'd', content: json(schema) })
const page = ['_page', '_limit'].map((name) => ({ name, in: 'query', schema: { type: 'integer', minimum: 1 } }))
const body = {
  required: true,
  content: json({ type: 'object', properties: { title: { type: 'string' }, author: { type: 'string' } } }),
}
const missing = { 404: answer({}) }
const spec = {
  openapi: '3.1.0',
  info: { title: 'json-server', version: '1' },
  paths: {
    '/posts': {
      get: {
        operationId: 'listPosts',
        summary: 'List',
        parameters: [...page, { name: 'author', in: 'query', schema: { type: 'string' } }],
        responses: { 200: answer({ type: 'array', items: post }) },
      },
      post: { operationId: 'addPost', summary: 'Add', requestBody: body, responses: { 201: answer(post) } },
    },
    '/posts/{id}': {
      parameters: [id],
      get: { operationId: 'getPost', summary: 'Read', responses: { 200: answer(post), ...missing } },
      put: {
        operationId: 'putPost',
        summary: 'Replace',
        requestBody: body,
        responses: { 200: answer(post), ...missing },
      },
      patch: {
        operationId: 'patchPost',
        summary: 'Change',
        requestBody: body,
        responses: { 200: answer(post), ...missing },
      },
      delete: { operationId: 'deletePost', summary: 'Delete', responses: { 200: answer({}), ...missing } },
    },
  },
}
const server = jsonServer.create()
server.get('/openapi.json', (_request, response) => response.json(spec))
server.use(jsonServer.defaults({ logger: false }))
server.use(jsonServer.router({ posts: [{ id: 1, title: 'json-server', author: 'typicode' }] }))
server.listen(Number(process.argv[2]), '127.0.0.1')
