import assert from 'node:assert/strict'
import { test } from 'node:test'
import { placeValues } from '../src/calls/call-values.ts'
import type { Exchange } from '../src/calls/client.ts'
import { toRequest } from '../src/calls/request.ts'
import { checkAnswer } from '../src/checks/operations/answer.ts'
import { Report } from '../src/rules/finding.ts'
import { SchemaCheck } from '../src/spec/schema-check.ts'
import { readSpec, type Schema, type SpecOperation } from '../src/spec/spec.ts'

const ok = { 200: { description: 'd' } }
const document = (paths: object, more: object = {}): Schema => ({ openapi: '3.1.0', paths, ...more })

function read(paths: object, more: object = {}): SpecOperation {
  const [operation] = readSpec(document(paths, more), new Report()).operations
  assert.ok(operation)
  return operation
}
const get = (parameters: object[]): SpecOperation => read({ '/a/{id}': { get: { parameters, responses: ok } } })
const post = (content: object, more: object = {}): SpecOperation =>
  read({ '/a': { post: { requestBody: { required: true, content }, responses: ok } } }, more)

const list = { type: 'array', items: { type: 'integer' } }
const filter = { type: 'object', properties: { by: { type: 'string' } } }
for (const [what, parameter, value, path] of [
  ['a list', { schema: list }, [1, 2], '/a/{id}?x=1&x=2'],
  ['a list with commas', { schema: list, explode: false }, [1, 2], '/a/{id}?x=1,2'],
  ['a list with bars', { schema: list, style: 'pipeDelimited', explode: false }, [1, 2], '/a/{id}?x=1%7C2'],
  ['an object in brackets', { schema: filter, style: 'deepObject' }, { by: 'b' }, '/a/{id}?x%5Bby%5D=b'],
  ['an object beside the others', { schema: filter }, { by: 'b' }, '/a/{id}?by=b'],
  [
    'an object as JSON',
    { content: { 'application/json': { schema: filter } } },
    { by: 'b' },
    '/a/{id}?x=%7B%22by%22%3A%22b%22%7D',
  ],
] as const)
  test(`a parameter is sent in the style of the spec: ${what}`, () => {
    const operation = get([{ name: 'x', in: 'query', ...parameter }])
    assert.equal(toRequest(operation, placeValues(operation, { x: value })).path, path)
  })

test('a cookie is sent, and a value in the path is encoded', () => {
  const operation = get([
    { name: 'id', in: 'path', schema: { type: 'string' } },
    { name: 'kept', in: 'cookie', schema: { type: 'string' } },
  ])
  const { path, headers } = toRequest(operation, placeValues(operation, { id: 'a/b', kept: 'c d' }))
  assert.deepEqual([path, headers?.cookie], ['/a/a%2Fb', 'kept=c%20d'])
})

test('a path that is a reference has its operations', () => {
  const item = { get: { operationId: 'a', responses: ok } }
  const { id, pointer, path } = read(
    { '/a': { $ref: '#/components/pathItems/a' } },
    { components: { pathItems: { a: item } } },
  )
  assert.deepEqual([id, pointer, path], ['a', '/paths/~1a/get', '/a'])
})

test('a form is sent as a form, and is not taken for a body of JSON', () => {
  const schema = { type: 'object', properties: { title: { type: 'string' } }, required: ['title'] }
  const operation = post({ 'application/x-www-form-urlencoded': { schema } })
  assert.deepEqual([operation.bodySchema, operation.fields[0]?.place], [undefined, 'form'])
  assert.deepEqual(toRequest(operation, placeValues(operation, { title: 'a b' })), {
    method: 'POST',
    path: '/a',
    headers: { accept: '*/*', 'content-type': 'application/x-www-form-urlencoded' },
    body: 'title=a+b',
  })
})

test('a body that is a list is sent as a list', () => {
  const operation = post({ 'application/json': { schema: list } })
  assert.equal(toRequest(operation, placeValues(operation, { body: [1, 2] })).body, '[1,2]')
})

test('a body that cannot be made is said to be so', () => {
  assert.equal(post({ 'image/png': {} }).unsendable, 'image/png')
})

test('the members of allOf are inputs', () => {
  const schema = {
    allOf: [{ properties: { a: { type: 'string' } }, required: ['a'] }, { $ref: '#/components/schemas/B' }],
  }
  const components = { schemas: { B: { properties: { b: { type: 'string' } } } } }
  const { fields } = post({ 'application/json': { schema } }, { components })
  assert.deepEqual(
    fields.map(({ name, required }) => [name, required]),
    [
      ['a', true],
      ['b', false],
    ],
  )
})

test('Swagger 2 is read: its body, its lists, its answers and its base path', () => {
  const swagger = {
    swagger: '2.0',
    host: 'api.example.com',
    basePath: '/v1',
    produces: ['application/json'],
    paths: {
      '/a': {
        post: {
          parameters: [
            { name: 'ids', in: 'query', type: 'array', items: { type: 'integer' }, collectionFormat: 'pipes' },
            { name: 'thing', in: 'body', schema: { $ref: '#/definitions/Thing' } },
          ],
          responses: { 200: { description: 'd', schema: { $ref: '#/definitions/Thing' } } },
        },
      },
    },
    definitions: { Thing: { type: 'object', properties: { a: { type: 'string' } } } },
  }
  const spec = readSpec(swagger, new Report())
  const [operation] = spec.operations
  assert.ok(operation)
  assert.deepEqual([spec.servers, spec.version], [['https://api.example.com/v1'], '3.0'])
  const { path, body } = toRequest(operation, placeValues(operation, { ids: [1, 2], a: 'x' }))
  assert.deepEqual([path, body], ['/a?ids=1%7C2', '{"a":"x"}'])
  assert.deepEqual(operation.responses['200']?.contents, [
    { type: 'application/json', schema: swagger.definitions.Thing, pointer: '/paths/~1a/post/responses/200/schema' },
  ])
})

const local = 'http://localhost:3000'
for (const [what, servers, target, base] of [
  ['the path of a public address', ['https://api.example.com/v1'], {}, `${local}/v1`],
  [
    'variables',
    [{ url: 'https://{h}/{v}/', variables: { h: { default: 'a' }, v: { default: 'v2' } } }],
    {},
    `${local}/v2`,
  ],
  ['a variable without a default', ['https://a.example/{v}'], {}, local],
  ['a relative one', ['/v1', '/v2'], {}, `${local}/v1`],
  ['one beside the spec', ['../api'], { specUrl: `${local}/docs/v1/openapi.json` }, `${local}/docs/api`],
  ['the one under test among several', ['https://api.example.com/v1', `${local}/dev`], {}, `${local}/dev`],
  ['no server', [], {}, local],
  ['a plugin on a path, behind a proxy', ['https://api.example.com'], { baseUrl: `${local}/todo` }, `${local}/todo`],
  ['a plugin on a path', ['https://a.example/todo'], { baseUrl: `${local}/todo` }, `${local}/todo`],
  ['an address that is given for calls', ['/v9'], { baseUrl: `${local}/v1`, isBase: true }, `${local}/v1`],
  ['a subdomain', ['https://api.a.example/v1'], { baseUrl: 'https://a.example' }, 'https://api.a.example/v1'],
  ['another host', ['https://b.example/v1'], { baseUrl: 'https://a.example' }, 'https://a.example/v1'],
  ['a host without a scheme', ['localhost:9999/v1'], {}, `${local}/v1`],
] as const)
  test(`the server of calls: ${what}`, () => {
    const spec = document({}, { servers: servers.map((one) => (typeof one === 'string' ? { url: one } : one)) })
    assert.equal(readSpec(spec, new Report(), { baseUrl: local, ...target }).base, base)
  })

test('an operation or its path may have a server of its own', () => {
  const paths = {
    '/a': { servers: [{ url: '/files' }], get: { responses: ok }, put: { servers: [{ url: '/w' }], responses: ok } },
  }
  const { operations } = readSpec(document(paths), new Report(), { baseUrl: local })
  assert.deepEqual(
    operations.map(({ base }) => base),
    [`${local}/files`, `${local}/w`],
  )
})

const secret = {
  type: 'object',
  required: ['id', 'pin'],
  properties: { id: { type: 'integer', readOnly: true }, pin: { type: 'string', writeOnly: true } },
}

test('what only the server sets is no input, and what only the caller sends may be missing in an answer', () => {
  const Thing = { allOf: [{ $ref: '#/components/schemas/Id' }, { required: ['id'] }] }
  const operation = read(
    {
      '/a': {
        post: {
          requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Secret' } } } },
          responses: {
            200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Secret' } } } },
            201: { content: { 'application/json': { schema: Thing } } },
          },
        },
      },
    },
    { components: { schemas: { Secret: secret, Id: { properties: { id: { writeOnly: true } } } } } },
  )
  assert.deepEqual(
    operation.fields.map(({ name, required }) => [name, required]),
    [['pin', true]],
  )
  assert.deepEqual(operation.responses['200']?.contents[0]?.schema?.required, ['id'])
  assert.deepEqual(operation.responses['201']?.contents[0]?.schema?.allOf, [
    { properties: { id: { writeOnly: true } } },
    { required: [] },
  ])
})

function judge(content: object, type: string, text: string): string[] {
  const report = new Report()
  const exchange: Exchange = {
    method: 'GET',
    url: 'http://localhost/a',
    status: 200,
    headers: { 'content-type': type },
    text,
    json: JSON.parse(text),
    milliseconds: 1,
    curl: '',
  }
  const operation = read({ '/a': { get: { responses: { 200: { description: 'd', content } } } } })
  checkAnswer({ operation, exchange, check: new SchemaCheck('3.1'), report, token: undefined })
  return report.findings.map(({ code }) => code)
}

const object = { schema: { type: 'object', required: ['a'] } }
for (const [what, content, expected] of [
  ['one of several', { 'text/plain': {}, 'application/json': object, 'text/json': {} }, []],
  ['with parameters', { 'Application/JSON; charset=utf-8': object }, []],
  ['a range', { 'application/*': object }, []],
  ['any', { '*/*': object }, []],
  ['another one', { 'text/plain': {} }, ['answer-type']],
] as const)
  test(`the media type of an answer is found among those described: ${what}`, () => {
    assert.deepEqual(judge(content, 'application/json', '{"a":1}'), expected)
  })

test('the schema of the media type that was sent counts', () => {
  const content = { 'application/*': { schema: { type: 'array' } }, 'application/json': object }
  assert.deepEqual(judge(content, 'application/json; charset=utf-8', '{}'), ['answer-schema'])
  assert.deepEqual(judge(content, 'application/json; charset=utf-8', '{"a":1}'), [])
})

test('a path that other readers cannot call is reported, and read all the same', () => {
  const report = new Report()
  const { operations } = readSpec(document({ books: { get: { operationId: 'a', responses: ok } } }), report)
  assert.equal(operations[0]?.path, '/books')
  assert.deepEqual(
    report.findings.map(({ code, pointer }) => [code, pointer]),
    [['spec-not-readable', '/paths/books']],
  )
})
