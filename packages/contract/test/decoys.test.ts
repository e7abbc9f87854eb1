import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseExact } from '@reference-plugins/reader/exact-json'
import { checkPlugin } from '../src/index.ts'
import { checkAll } from './check-all.ts'
import { type Style, serveMutant, tokens } from './mutant-server.ts'

// biome-ignore lint/suspicious/noExplicitAny: whatever stands in a spec
type Any = any

const eachOperation = (spec: Any, change: (operation: Any, method: string) => void): Any => {
  for (const item of Object.values<Any>(spec.paths))
    for (const [method, operation] of Object.entries<Any>(item)) change(operation, method)
  return spec
}
const move = (responses: Any, from: string, to: string) => {
  responses[to] = responses[from]
  delete responses[from]
}
const basic = (token: string) => `Basic ${Buffer.from(`user:${token}`).toString('base64')}`

/** Ids that are numbers, with these digits before the count. */
const numbersForIds = (digits: string): Style => ({
  request(url) {
    url.pathname = url.pathname.replace(new RegExp(`^/notes/${digits}(\\d+)$`), '/notes/n$1')
  },
  answer(answer) {
    const toNumber = (note: Any) => ({ ...note, id: parseExact(digits + note.id.slice(1)) })
    if (answer.value?.id) answer.value = toNumber(answer.value)
    if (answer.value?.notes) answer.value = { ...answer.value, notes: answer.value.notes.map(toNumber) }
  },
  spec(spec) {
    for (const operation of Object.values<Any>(spec.paths['/notes/{id}']))
      operation.parameters[0].schema = { type: 'integer' }
    return JSON.parse(JSON.stringify(spec).replaceAll('"id":{"type":"string"}', '"id":{"type":"integer"}'))
  },
})

/** Plugins that are correct in less usual ways. */
const decoys: Record<string, Style> = {
  'a charset on the media type': {
    answer(answer) {
      answer.type = 'application/json; charset=utf-8'
    },
  },
  'a deletion answered with 204': {
    answer(answer, { method }) {
      if (method === 'DELETE' && answer.status === 200) answer.status = 204
    },
    spec: (spec) =>
      eachOperation(spec, ({ responses }, method) => {
        if (method === 'delete') Object.assign(responses, { 204: { description: 'Gone' } }, delete responses[200])
      }),
  },
  'a creation answered with 201': {
    answer(answer, { method }) {
      if (method === 'POST' && answer.status === 200) answer.status = 201
    },
    spec: (spec) => eachOperation(spec, ({ responses }, method) => method === 'post' && move(responses, '200', '201')),
  },
  'OpenAPI 3.0 with nullable': {
    answer(answer) {
      if (answer.status === 200 && answer.value.id) answer.value = { ...answer.value, tags: null }
    },
    spec(spec) {
      spec.openapi = '3.0.3'
      const note = spec.paths['/notes/{id}'].get.responses[200].content['application/json'].schema
      note.properties.tags = { type: 'array', items: { type: 'string' }, nullable: true }
      return spec
    },
  },
  'allOf, anyOf and components': {
    spec(spec) {
      const { schema } = spec.paths['/notes/{id}'].get.responses[200].content['application/json']
      const { id, ...rest } = schema.properties
      spec.components.schemas = {
        Thing: { type: 'object', required: ['id'], properties: { id } },
        Note: {
          allOf: [
            { $ref: '#/components/schemas/Thing' },
            { type: 'object', properties: { ...rest, kind: { anyOf: [{ const: 'idea' }, { const: 'task' }] } } },
          ],
        },
      }
      spec.paths['/notes/{id}'].get.responses[200].content['application/json'].schema = {
        $ref: '#/components/schemas/Note',
      }
      return spec
    },
  },
  'a schema that refers to itself': {
    spec(spec) {
      const { schema } = spec.paths['/notes/{id}'].get.responses[200].content['application/json']
      spec.components.schemas = {
        Note: { ...schema, properties: { ...schema.properties, parent: { $ref: '#/components/schemas/Note' } } },
      }
      spec.paths['/notes/{id}'].get.responses[200].content['application/json'].schema = {
        $ref: '#/components/schemas/Note',
      }
      return spec
    },
  },
  'pages by cursor': {
    request(url) {
      const cursor = url.searchParams.get('cursor')
      if (cursor) url.searchParams.set('offset', Buffer.from(cursor, 'base64url').toString().slice(1))
    },
    answer(answer) {
      const { nextOffset, ...rest } = answer.value ?? {}
      if (answer.value?.notes)
        answer.value = {
          ...rest,
          next_cursor: nextOffset === undefined ? null : Buffer.from(`c${nextOffset}`).toString('base64url'),
        }
    },
    spec(spec) {
      const { get } = spec.paths['/notes']
      get.parameters[1] = { name: 'cursor', in: 'query', description: 'From where', schema: { type: 'string' } }
      get.responses[200].content['application/json'].schema.properties = {
        notes: get.responses[200].content['application/json'].schema.properties.notes,
        next_cursor: { type: ['string', 'null'] },
      }
      return spec
    },
  },
  'members that are not described are refused': {
    isStrict: true,
    spec: (spec) =>
      eachOperation(spec, ({ requestBody }) => {
        if (requestBody) requestBody.content['application/json'].schema.additionalProperties = false
      }),
  },
  'the newest first': { isNewestFirst: true },
  'Basic in place of Bearer': {
    isBasic: true,
    manifest: (manifest) => ({ ...manifest, auth: { type: 'user_http', authorization_type: 'basic' } }),
    spec(spec) {
      spec.components.securitySchemes.token.scheme = 'basic'
      return spec
    },
  },
  '422 for wrong input': {
    answer(answer) {
      if (answer.status === 400) answer.status = 422
    },
  },
  'problem documents': {
    answer(answer) {
      if (answer.status >= 400) answer.type = 'application/problem+json'
    },
    spec: (spec) =>
      eachOperation(spec, ({ responses }) => {
        responses.default.content = { 'application/problem+json': Object.values(responses.default.content)[0] }
      }),
  },
  '4XX in place of default': {
    spec: (spec) => eachOperation(spec, ({ responses }) => move(responses, 'default', '4XX')),
  },
  'a slow server': { latency: 5 },
  'numbers for ids': numbersForIds(''),
  'ids that are numbers above 2^53': numbersForIds('1234567890123456789'),
  'an answer that is text': {
    answer(answer) {
      if (answer.value === 'fine') answer.type = 'text/plain'
    },
    spec(spec) {
      spec.paths['/health'] = {
        get: {
          operationId: 'getHealth',
          summary: 'Say that all is well',
          security: [],
          responses: { 200: { description: 'Fine', content: { 'text/plain': { schema: { type: 'string' } } } } },
        },
      }
      return spec
    },
  },
  'more members than are described': {
    answer(answer) {
      if (answer.status === 200) answer.value = { ...answer.value, more: { a: 1 } }
    },
  },
  'a manifest with members of its own': {
    manifest: (manifest) => ({
      ...manifest,
      api: { ...(manifest.api as object), has_user_authentication: false },
      version: '2',
    }),
  },
  '403 in place of 401': {
    answer(answer) {
      if (answer.status === 401) answer.status = 403
    },
  },
}

async function check(what: string) {
  const style = decoys[what] ?? {}
  const server = await serveMutant(undefined, style)
  const wrap = (token: string) => (style.isBasic ? basic(token) : token)
  try {
    return await checkPlugin({
      baseUrl: server.url,
      token: wrap(tokens.ada),
      secondToken: wrap(tokens.bob),
      readOnlyToken: wrap(tokens.reader),
      maxTime: 60,
    })
  } finally {
    server.close()
  }
}

const reportOf = await checkAll(Object.keys(decoys), check)

for (const what of Object.keys(decoys))
  test(`${what}: correct, though unusual, so there is no error`, () => {
    const report = reportOf(what)
    assert.deepEqual(
      report.findings
        .filter(({ severity }) => severity === 'error')
        .map(({ code, subject, detail, curl }) => [code, subject, detail, curl?.slice(0, 200)]),
      [],
    )
    assert.ok(report.answered.size >= 5, [...report.answered].join())
  })
