// The README of hapi-swagger (Swagger 2.0 by default), with joi.
import Hapi from '@hapi/hapi'
import Inert from '@hapi/inert'
import Vision from '@hapi/vision'
import HapiSwagger from 'hapi-swagger'
import Joi from 'joi'

const server = Hapi.server({ port: Number(process.argv[2]), host: '127.0.0.1' })
const number = Joi.number().integer().min(1)
const Sum = Joi.object({
  id: Joi.string().required(),
  a: Joi.number().required(),
  b: Joi.number().required(),
  equals: Joi.number().required(),
}).label('Sum')
const Failure = Joi.object({
  statusCode: Joi.number().integer().required(),
  error: Joi.string().required(),
  message: Joi.string().required(),
})
  .unknown()
  .label('Failure')
const sums = new Map()
let last = 0
const responses = (status, schema) => ({
  'hapi-swagger': {
    responses: {
      [status]: { description: 'Success', ...(schema && { schema }) },
      400: { description: 'BadRequest', schema: Failure },
      404: { description: 'NotFound', schema: Failure },
    },
  },
})
const missing = (h) => h.response({ statusCode: 404, error: 'Not Found', message: 'No such sum' }).code(404)
const params = Joi.object({
  id: Joi.string()
    .pattern(/^s\d{1,6}$/)
    .required(),
})

await server.register([Inert, Vision, { plugin: HapiSwagger, options: { info: { title: 'Sums', version: '1' } } }])
server.route([
  {
    method: 'POST',
    path: '/sums',
    options: {
      tags: ['api'],
      description: 'Adds two numbers',
      plugins: responses(201, Sum),
      validate: {
        payload: Joi.object({ a: number.max(1000).required(), b: number.max(1000).required() }).label('New'),
      },
    },
    handler({ payload: { a, b } }, h) {
      const sum = { id: `s${++last}`, a, b, equals: a + b }
      sums.set(sum.id, sum)
      return h.response(sum).code(201)
    },
  },
  {
    method: 'GET',
    path: '/sums',
    options: {
      tags: ['api'],
      description: 'Lists sums',
      plugins: responses(200, Joi.array().items(Sum).label('Sums')),
      validate: { query: Joi.object({ page: number, pageSize: number.max(50) }) },
    },
    handler: ({ query: { page = 1, pageSize = 50 } }) =>
      [...sums.values()].slice((page - 1) * pageSize, page * pageSize),
  },
  {
    method: 'GET',
    path: '/sums/{id}',
    options: { tags: ['api'], description: 'Reads a sum', plugins: responses(200, Sum), validate: { params } },
    handler: ({ params: { id } }, h) => sums.get(id) ?? missing(h),
  },
  {
    method: 'DELETE',
    path: '/sums/{id}',
    options: { tags: ['api'], description: 'Deletes a sum', plugins: responses(204), validate: { params } },
    handler: ({ params: { id } }, h) => (sums.delete(id) ? h.response().code(204) : missing(h)),
  },
])
await server.start()
