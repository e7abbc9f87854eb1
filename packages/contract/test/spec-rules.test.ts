import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Report } from '../src/rules/finding.ts'
import { judgeDocuments } from '../src/run.ts'

// biome-ignore lint/suspicious/noExplicitAny: whatever stands in a spec
type Any = any

const book = {
  type: 'object',
  required: ['id', 'title'],
  properties: {
    id: { type: 'string', readOnly: true },
    title: { type: 'string', maxLength: 20, example: 'Emma' },
    pages: { type: 'integer', minimum: 1, maximum: 900, default: 100 },
    kind: { type: 'string', enum: ['novel', 'essay'] },
    author: { $ref: '#/components/schemas/Author' },
  },
}
const answer = {
  200: { description: 'd', content: { 'application/json': { schema: { $ref: '#/components/schemas/Book' } } } },
}

/** A correct spec. */
const correct = (): Any =>
  structuredClone({
    openapi: '3.1.0',
    info: { title: 'Books', description: 'Keeps books', version: '1' },
    servers: [{ url: 'https://books.example.com' }],
    security: [{ key: ['read'] }],
    paths: {
      '/books/{id}': {
        parameters: [{ name: 'id', in: 'path', required: true, description: 'Which', schema: { type: 'string' } }],
        get: { operationId: 'getBook', summary: 'Read a book', responses: answer },
        put: {
          operationId: 'changeBook',
          summary: 'Change a book',
          requestBody: {
            content: {
              'application/json': {
                schema: { type: 'object', properties: { title: { type: 'string', description: 'Its title' } } },
                examples: { short: { value: { title: 'Emma' } } },
              },
            },
          },
          responses: answer,
        },
      },
    },
    components: {
      schemas: { Book: book, Author: { type: 'object', properties: { name: { type: 'string' } } } },
      securitySchemes: {
        key: {
          type: 'oauth2',
          flows: {
            authorizationCode: { authorizationUrl: '/authorize', tokenUrl: '/token', scopes: { read: 'Read' } },
          },
        },
      },
    },
  })

function judge(change: (spec: Any) => Any, isPlugin: boolean): string[] {
  const spec = correct()
  const report = new Report()
  report.isPlugin = isPlugin
  judgeDocuments({ manifest: undefined, spec: change(spec) ?? spec }, report)
  return report.findings.map(({ severity, code, pointer }) => `${severity} ${code} ${pointer}`)
}

const title = '/components/schemas/Book/properties/title'
const pages = '/components/schemas/Book/properties/pages'
const get = '/paths/~1books~1{id}/get'
const both = (...found: string[]) => ({ plugin: found, api: found })

/** Each fault with what is found in a plugin, and in an API for everyone. */
const faults: Record<string, { change: (spec: Any) => void; plugin: string[]; api: string[] }> = {
  'an example too long': {
    change: ({ components: { schemas } }) => (schemas.Book.properties.title.example = 'x'.repeat(21)),
    ...both(`warning spec-schema ${title}/example`),
  },
  'a default too high': {
    change: ({ components: { schemas } }) => (schemas.Book.properties.pages.default = 1_000),
    ...both(`error spec-schema ${pages}/default`),
  },
  'an example of a body that does not fit': {
    change: ({ paths }) =>
      (paths['/books/{id}'].put.requestBody.content['application/json'].examples.short.value.title = 7),
    ...both('warning spec-schema /paths/~1books~1{id}/put/requestBody/content/application~1json/examples/short'),
  },
  'limits that exclude each other': {
    change: ({ components: { schemas } }) => Object.assign(schemas.Book.properties.title, { minLength: 30 }),
    ...both(`error spec-schema ${title}/minLength`, `warning spec-schema ${title}/example`),
  },
  'a choice of another type': {
    change: ({ components: { schemas } }) => schemas.Book.properties.kind.enum.push(7),
    ...both('error spec-schema /components/schemas/Book/properties/kind/enum'),
  },
  'a choice given twice': {
    change: ({ components: { schemas } }) => schemas.Book.properties.kind.enum.push('novel'),
    ...both('warning spec-schema /components/schemas/Book/properties/kind/enum'),
  },
  'a member that is required and not described': {
    change: ({ components: { schemas } }) => schemas.Book.required.push('titel'),
    ...both('warning spec-schema /components/schemas/Book/required'),
  },
  'a pattern that does not compile': {
    change: ({ components: { schemas } }) => (schemas.Author.properties.name.pattern = '(['),
    ...both('error spec-schema /components/schemas/Author/properties/name/pattern'),
  },
  'a type that does not exist': {
    change: ({ components: { schemas } }) => (schemas.Author.properties.name.type = 'text'),
    ...both('error spec-schema /components/schemas/Author/properties/name/type'),
  },
  'a limit that is text': {
    change: ({ components: { schemas } }) => (schemas.Author.properties.name.maxLength = '20'),
    ...both('error spec-schema /components/schemas/Author'),
  },
  'nullable in 3.1': {
    change: ({ components: { schemas } }) => (schemas.Author.properties.name.nullable = true),
    ...both('warning spec-schema /components/schemas/Author/properties/name/nullable'),
  },
  'a reference to nothing, which nothing leads to': {
    change: ({ components: { schemas } }) => (schemas.Lost = { items: { $ref: '#/components/schemas/Gone' } }),
    ...both('error spec-reference /components/schemas/Lost/items'),
  },
  'a reference to another document': {
    change: ({ components: { schemas } }) => (schemas.Book.properties.author = { $ref: './author.yaml#/Author' }),
    plugin: ['error spec-reference /components/schemas/Book/properties/author'],
    api: ['warning spec-reference /components/schemas/Book/properties/author'],
  },
  'a link to an operation that does not exist': {
    change: ({ paths }) =>
      (paths['/books/{id}'].get.responses = { 200: { ...answer[200], links: { next: { operationId: 'nextBook' } } } }),
    ...both(`error spec-reference ${get}/responses/200/links`),
  },
  'two paths that are one': {
    change: ({ paths }) =>
      (paths['/books/{book}'] = {
        get: {
          ...paths['/books/{id}'].get,
          operationId: 'readBook',
          parameters: [{ name: 'book', in: 'path', required: true, description: 'Which', schema: {} }],
        },
      }),
    ...both('error spec-path /paths/~1books~1{book}'),
  },
  'a parameter twice': {
    change: ({ paths }) => paths['/books/{id}'].parameters.push(paths['/books/{id}'].parameters[0]),
    ...both(`error spec-parameter ${get}/parameters`, 'error spec-parameter /paths/~1books~1{id}/put/parameters'),
  },
  'a parameter of the path that is optional': {
    change: ({ paths }) => delete paths['/books/{id}'].parameters[0].required,
    ...both(
      'warning spec-parameter /paths/~1books~1{id}/parameters/0',
      'warning spec-parameter /paths/~1books~1{id}/parameters/0',
      'warning spec-structure /paths/~1books~1{id}/parameters/0',
    ),
  },
  'a scheme that does not exist': {
    change: ({ paths }) => (paths['/books/{id}'].get.security = [{ token: [] }]),
    ...both(`error spec-security ${get}/security`),
  },
  'a scope that does not exist': {
    change: (spec) => (spec.security = [{ key: ['write'] }]),
    ...both('warning spec-security /security'),
  },
  'a scheme that nothing requires': {
    change: ({ components }) => (components.securitySchemes.other = { type: 'http', scheme: 'bearer' }),
    ...both('note spec-security /components/securitySchemes/other'),
  },
  'a scheme without its name': {
    change: ({ components }) => (components.securitySchemes.key = { type: 'apiKey', in: 'header' }),
    ...both(
      'error spec-security /components/securitySchemes/key',
      'warning spec-structure /components/securitySchemes/key',
    ),
  },
  'an answer without a description': {
    change: ({ paths }) => (paths['/books/{id}'].get.responses = { 200: { content: answer[200].content } }),
    ...both(`warning spec-structure ${get}/responses/200`),
  },
  'a word that OpenAPI does not have': {
    change: ({ paths }) => (paths['/books/{id}'].get.parametres = []),
    ...both(`warning spec-structure ${get}`),
  },
  'a mark for assistants that is text': {
    change: ({ paths }) => (paths['/books/{id}'].get['x-openai-isConsequential'] = 'false'),
    plugin: [`warning spec-structure ${get}`],
    api: [],
  },
  'no operationId': {
    change: ({ paths }) => delete paths['/books/{id}'].get.operationId,
    plugin: [`error spec-operation-id ${get}`],
    api: [],
  },
  'an operationId twice': {
    change: ({ paths }) => (paths['/books/{id}'].put.operationId = 'getBook'),
    ...both('error spec-operation-id /paths/~1books~1{id}/put'),
  },
  'an operationId with dots': {
    change: ({ paths }) => (paths['/books/{id}'].get.operationId = 'books.get'),
    plugin: [`warning spec-operation-id ${get}`],
    api: [],
  },
  'a server with a variable that has no default': {
    change: (spec) => (spec.servers = [{ url: 'https://{region}.example.com' }]),
    ...both('error spec-server /servers'),
  },
  'a relative server': {
    change: (spec) => (spec.servers = [{ url: '/v1' }]),
    plugin: ['warning spec-server /servers'],
    api: [],
  },
  'a parameter that is a reference': {
    change: ({ paths, components }) => {
      components.parameters = { id: paths['/books/{id}'].parameters[0] }
      paths['/books/{id}'].get.parameters = [{ $ref: '#/components/parameters/id' }]
      delete paths['/books/{id}'].parameters
      paths['/books/{id}'].put.parameters = [components.parameters.id]
    },
    plugin: [`warning spec-parameter-reference ${get}/parameters/0`],
    api: [],
  },
  'default alone': {
    change: ({ paths }) => (paths['/books/{id}'].get.responses = { default: answer[200] }),
    plugin: [`warning spec-response ${get}/responses`],
    api: [],
  },
  'failures alone': {
    change: ({ paths }) => (paths['/books/{id}'].get.responses = { 400: { description: 'd' } }),
    ...both(`warning spec-response ${get}/responses`),
  },
  'Swagger 2': {
    change: (spec) => {
      for (const name of Object.keys(spec)) delete spec[name]
      const operation = {
        operationId: 'getBook',
        summary: 'Read',
        responses: { 200: { description: 'd', schema: { type: 'object' } } },
      }
      Object.assign(spec, {
        swagger: '2.0',
        info: { title: 't', description: 'd', version: '1' },
        host: 'a.example',
        paths: { '/a': { get: operation } },
      })
    },
    plugin: ['warning spec-version /swagger'],
    api: [],
  },
}

for (const [what, { change, plugin, api }] of Object.entries(faults))
  test(`a spec is judged: ${what}`, () => {
    const run = (isPlugin: boolean) => judge((spec) => void change(spec), isPlugin)
    assert.deepEqual(run(true), plugin)
    assert.deepEqual(run(false), api)
  })

/** Correct in less usual ways. */
const decoys: Record<string, (spec: Any) => void> = {
  'nothing changed': () => {},
  'a redirect alone': ({ paths }) => (paths['/books/{id}'].get.responses = { 302: { description: 'There' } }),
  'required beside allOf': ({ components: { schemas } }) =>
    (schemas.Novel = {
      allOf: [{ $ref: '#/components/schemas/Book' }],
      required: ['title', 'plot'],
      properties: { plot: {} },
    }),
  'required inside allOf': ({ components: { schemas } }) =>
    (schemas.Novel = {
      properties: { plot: {} },
      allOf: [{ required: ['plot'] }, { oneOf: [{ required: ['plot'] }] }],
    }),
  'required without any description': ({ components: { schemas } }) => (schemas.Novel = { required: ['plot'] }),
  'required with names by pattern': ({ components: { schemas } }) =>
    (schemas.Novel = { properties: { a: {} }, required: ['x-plot'], patternProperties: { '^x-': {} } }),
  'an example without what the server sets': ({ components: { schemas } }) =>
    (schemas.Book.example = { title: 'Emma' }),
  'an example of a reference': ({ components: { schemas } }) =>
    (schemas.Book.properties.author = { ...schemas.Book.properties.author, example: { name: 'Jane' } }),
  'properties with the names of keywords': ({ components: { schemas } }) =>
    (schemas.Author.properties = {
      type: { type: 'string' },
      enum: { type: 'integer' },
      default: { type: 'integer' },
      example: { type: 'string' },
      required: { type: 'boolean' },
      $ref: { type: 'string' },
    }),
  'another dialect': ({ components: { schemas } }) =>
    (schemas.Author = { $schema: 'http://json-schema.org/draft-07/schema#', ...schemas.Author }),
  'an optional token': (spec) => (spec.security = [{ key: ['read'] }, {}]),
  'a path and a longer one': ({ paths }) =>
    (paths['/books/new'] = { get: { ...paths['/books/{id}'].get, operationId: 'newBook' } }),
  'a callback and a webhook': (spec) => {
    spec.webhooks = { added: { post: { responses: { 200: { description: 'd' } } } } }
    spec.paths['/books/{id}'].put.callbacks = {
      done: { '{$request.body#/url}': { post: { responses: { 200: { description: 'd' } } } } },
    }
  },
  'a text in XML as an example': ({ paths }) =>
    (paths['/books/{id}'].put.requestBody.content['application/xml'] = {
      schema: { type: 'object' },
      example: '<book/>',
    }),
}

for (const [what, change] of Object.entries(decoys))
  test(`a spec is correct: ${what}`, () => {
    const run = (isPlugin: boolean) => judge((spec) => void change(spec), isPlugin)
    assert.deepEqual(run(true), [])
    assert.deepEqual(run(false), [])
  })
