import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  contentFor,
  type OpenApi,
  type Operation,
  Repairs,
  readOpenApi,
  readSpecText,
  type Schema,
  type SchemaSource,
  sourceOf,
} from '../src/index.ts'

const read = (document: object): OpenApi => readOpenApi({ openapi: '3.1.0', ...document })

function only(document: object): Operation {
  const [operation] = read(document).operations
  assert.ok(operation)
  return operation
}

test('everything that a spec says of an operation is read', () => {
  const text = `
openapi: 3.1.0
paths:
  /shelves/{shelf}/books:
    parameters:
      - { name: shelf, in: path, required: true, schema: { type: string } }
    post:
      operationId: addBook
      security: [{ token: [write] }, {}]
      servers: [{ url: https://books.example.com }]
      parameters:
        - { $ref: '#/components/parameters/Tags' }
        - { name: session, in: cookie, schema: { type: string } }
      requestBody:
        required: true
        content:
          application/json: { schema: { $ref: '#/components/schemas/Book' }, example: { title: Emma } }
          application/x-www-form-urlencoded: { schema: { $ref: '#/components/schemas/Book' } }
      responses:
        2XX:
          description: Added
          headers: { X-Remaining: { schema: { type: integer } } }
          content: { application/json: { schema: { $ref: '#/components/schemas/Book' } } }
        default: { description: A fault }
components:
  parameters:
    Tags: { name: tags, in: query, explode: false, schema: { type: array, items: { type: string } } }
  schemas:
    Book: { type: object, properties: { title: { type: string } } }
`
  const { operations, schemas, version, document } = readOpenApi(readSpecText(text, new Repairs('spec')))
  const [operation] = operations
  assert.ok(operation?.body)
  const { id, method, path, pointer, parameters, body, responses, security, servers } = operation
  assert.deepEqual(
    { version, id, method, path, pointer, security, servers, broken: document.broken },
    {
      version: '3.1',
      id: 'addBook',
      method: 'POST',
      path: '/shelves/{shelf}/books',
      pointer: '/paths/~1shelves~1{shelf}~1books/post',
      security: [{ token: ['write'] }, {}],
      servers: [{ url: 'https://books.example.com' }],
      broken: [],
    },
  )
  assert.deepEqual(
    parameters.map(({ name, place, isRequired, style, explode }) => [name, place, isRequired, style, explode]),
    [
      ['shelf', 'path', true, 'simple', false],
      ['tags', 'query', false, 'form', false],
      ['session', 'cookie', false, 'form', true],
    ],
  )
  assert.deepEqual(
    body.contents.map(({ type, node }) => [type, node.example]),
    [
      ['application/json', { title: 'Emma' }],
      ['application/x-www-form-urlencoded', undefined],
    ],
  )
  assert.deepEqual(
    responses.map(({ status, headers, contents }) => [status, headers.map(({ name }) => name), contents.length]),
    [
      ['2XX', ['X-Remaining'], 1],
      ['default', [], 0],
    ],
  )
  const [content] = body.contents
  assert.deepEqual(schemas.read(content?.schema, content?.pointer ?? ''), {
    type: 'object',
    properties: { title: { type: 'string' } },
  })
})

test('the headers and links of an answer are read, their references followed', () => {
  const components = {
    headers: { Left: { required: true, schema: { type: 'integer' } } },
    links: { Self: { operationId: 'getBook', parameters: { id: '$response.body#/id' } } },
  }
  const { responses } = only({
    components,
    paths: {
      '/books': {
        head: {
          responses: {
            200: {
              headers: {
                'X-Left': { $ref: '#/components/headers/Left' },
                'X-Page': { content: { 'application/json': { schema: { type: 'object' } } } },
                'Content-Type': { required: true, schema: { type: 'string' } },
              },
              links: { self: { $ref: '#/components/links/Self' } },
            },
          },
        },
      },
    },
  })
  assert.deepEqual(
    responses[0]?.headers.map(({ name, isRequired, schema, isJson }) => [name, isRequired, schema, isJson]),
    [
      ['X-Left', true, { type: 'integer' }, false],
      ['X-Page', false, { type: 'object' }, true],
    ],
  )
  assert.deepEqual(responses[0]?.links, { self: components.links.Self })
})

test('a schema that refers to itself is read up to the circle, and the end says what it stands for', () => {
  const Node = { type: 'object', properties: { next: { $ref: '#/components/schemas/Node' } } }
  const { schemas } = read({ components: { schemas: { Node } } })
  const node = schemas.read({ $ref: '#/components/schemas/Node' }, '')
  assert.deepEqual(node, { type: 'object', properties: { next: {} } })
  const end = (node.properties as { next: Schema }).next
  assert.equal(sourceOf(end)?.reference, '#/components/schemas/Node')
  assert.deepEqual(schemas.readShallow(sourceOf(end) as SchemaSource), node)
})

test('schemas that multiply are read once each', () => {
  const all = Object.fromEntries(
    Array.from({ length: 20 }, (_, level) => [
      `S${level}`,
      { anyOf: Array.from({ length: 9 }, () => ({ $ref: `#/components/schemas/S${level + 1}` })) },
    ]),
  )
  const { schemas } = read({ components: { schemas: all } })
  const { anyOf } = schemas.read({ $ref: '#/components/schemas/S0' }, '') as { anyOf: Schema[] }
  assert.equal(anyOf[0], anyOf[8])
})

test('schemas in circles of circles are cut', { timeout: 10_000 }, () => {
  const names = Array.from({ length: 30 }, (_, index) => `S${index}`)
  const properties = Object.fromEntries(names.map((name) => [name, { $ref: `#/components/schemas/${name}` }]))
  const { schemas } = read({ components: { schemas: Object.fromEntries(names.map((name) => [name, { properties }])) } })
  for (const name of names) assert.ok(schemas.read({ $ref: `#/components/schemas/${name}` }, '').properties)
})

test('words beside a reference count in 3.1, and are ignored in 3.0', () => {
  const components = { schemas: { Name: { type: 'string', minLength: 1 }, Pet: { properties: { name: {} } } } }
  const name = { $ref: '#/components/schemas/Name', maxLength: 5, description: 'Short' }
  const pet = { $ref: '#/components/schemas/Pet', properties: { age: { type: 'integer' } } }
  const { schemas } = read({ components })
  assert.deepEqual(schemas.read(name, ''), { type: 'string', minLength: 1, maxLength: 5, description: 'Short' })
  assert.deepEqual(schemas.read(pet, ''), { allOf: [components.schemas.Pet, { properties: pet.properties }] })
  const old = read({ openapi: '3.0.3', components }).schemas
  assert.deepEqual(old.read(name, ''), { type: 'string', minLength: 1, description: 'Short' })
})

test('exclusive limits of 3.0 are read as those of 3.1', () => {
  const schema = { minimum: 0, exclusiveMinimum: true, maximum: 9, exclusiveMaximum: false }
  const { schemas } = read({ openapi: '3.0.3' })
  assert.deepEqual(schemas.read({ properties: { a: schema } }, ''), {
    properties: { a: { exclusiveMinimum: 0, maximum: 9 } },
  })
})

test('what only one side sets is required of the other side alone, and of nobody else', () => {
  const Base = {
    required: ['id', 'name'],
    properties: { id: { readOnly: true }, name: { $ref: '#/components/schemas/Name' } },
  }
  const Guest = { allOf: [{ $ref: '#/components/schemas/Base' }], properties: { name: { readOnly: true } } }
  const { schemas } = read({ components: { schemas: { Base, Guest, Name: { writeOnly: true } } } })
  const requiredOf = (name: string, direction: 'request' | 'response') => {
    const schema = schemas.read({ $ref: `#/components/schemas/${name}` }, '', direction)
    return schema.required ?? (schema.allOf as Schema[])[0]?.required
  }
  assert.deepEqual(requiredOf('Guest', 'request'), [])
  assert.deepEqual(requiredOf('Base', 'request'), ['name'])
  assert.deepEqual(requiredOf('Base', 'response'), ['id'])
})

test('a reference in an example is data', () => {
  const { schemas, document } = read({})
  const schema = { properties: { $ref: { type: 'string' } }, example: { $ref: '#/nowhere' }, enum: [{ $ref: 'x' }] }
  assert.deepEqual(schemas.read(schema, ''), schema)
  assert.deepEqual(document.broken, [])
})

test('a reference that does not resolve is reported with its place', () => {
  const { document, schemas } = read({ components: { schemas: { Pet: { type: 'string' } } } })
  assert.deepEqual(schemas.read({ items: { $ref: '#/components/schema/Pet' } }, '/a'), { items: { type: 'string' } })
  schemas.read({ $ref: 'https://example.com/x.json' }, '/b')
  assert.deepEqual(
    document.broken.map(({ pointer }) => pointer),
    ['/a/items', '/b'],
  )
})

test('names that mean something to JavaScript change nothing', () => {
  const { operations, schemas } = readOpenApi(
    JSON.parse(
      '{"openapi":"3.1.0","paths":{"/constructor":{"get":{"operationId":"__proto__","__proto__":{"polluted":1}}},"__proto__":{"get":{}}}}',
    ),
  )
  assert.equal(operations.length, 1)
  schemas.read(JSON.parse('{"properties":{"__proto__":{"polluted":1},"constructor":{"type":"string"}}}'), '')
  assert.equal(({} as { polluted?: unknown }).polluted, undefined)
})

test('Swagger 2 is read in the same form', () => {
  const { body, parameters, responses } = only({
    openapi: undefined,
    swagger: '2.0',
    consumes: ['application/xml', 'application/json'],
    produces: ['application/json', 'text/csv'],
    paths: {
      '/a': {
        post: {
          parameters: [
            { name: 'ids', in: 'query', type: 'array', items: { type: 'integer' } },
            { name: 'body', in: 'body', required: true, schema: { type: 'object' } },
          ],
          responses: { 200: { description: 'd', schema: { type: 'array' } } },
        },
      },
    },
  })
  assert.deepEqual(
    body?.contents.map(({ type, schema }) => [type, schema]),
    [
      ['application/xml', { type: 'object' }],
      ['application/json', { type: 'object' }],
    ],
  )
  assert.deepEqual(
    [parameters[0]?.schema, parameters[0]?.explode],
    [{ type: 'array', items: { type: 'integer' } }, false],
  )
  assert.deepEqual(
    responses[0]?.contents.map(({ type }) => type),
    ['application/json', 'text/csv'],
  )
})

test('the most specific content that describes a media type is found', () => {
  const contents = ['*/*', 'text/*', 'Application/JSON; charset=utf-8'].map((type) => ({ type }))
  const found = (type: string) => contentFor(contents, type)?.type
  assert.equal(found('application/json'), 'Application/JSON; charset=utf-8')
  assert.equal(found('text/csv; header=present'), 'text/*')
  assert.equal(found('image/png'), '*/*')
})

test('aliases that multiply, and a chain of them that runs deep, are refused', () => {
  const laughs = Array.from(
    { length: 9 },
    (_, n) => `l${n + 1}: &l${n + 1} [${Array.from({ length: 9 }, () => (n === 0 ? 'x' : `*l${n}`)).join(',')}]`,
  ).join('\n')
  const chain = Array.from({ length: 5_000 }, (_, n) => `k${n}: &k${n} [${n === 0 ? 'x' : `*k${n - 1}`}]`).join('\n')
  const merges = `a: &a {${Array.from({ length: 500 }, (_, n) => `k${n}: 1`).join(',')}}\n${Array.from({ length: 500 }, (_, n) => `m${n}: {<<: *a}`).join('\n')}`
  for (const text of [laughs, chain, merges])
    assert.throws(
      () => readSpecText(`openapi: 3.1.0\n${text}`, new Repairs('spec')),
      ({ name, message }: Error) => name === 'DocumentRefused' && /aliases/.test(message),
    )
})
