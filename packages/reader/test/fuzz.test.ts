import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  chooseContent,
  DocumentRefused,
  Repairs,
  readOpenApi,
  readSpecText,
  wireForm,
  writeRequest,
} from '../src/index.ts'
import { character } from './character.ts'

const numRuns = Number(process.env.FUZZ_DOCUMENTS ?? 300)

/** Does with a text what a program does that checks a spec: reads everything, and writes a request for each operation. */
function readAll(text: string): void {
  let document: ReturnType<typeof readSpecText>
  try {
    document = readSpecText(text, new Repairs('spec'))
  } catch (error) {
    assert.ok(error instanceof DocumentRefused, String((error as Error).stack))
    return
  }
  const { operations, schemas } = readOpenApi(document)
  for (const { method, path, query, parameters, body, responses } of operations) {
    const fields = parameters.map((one) => {
      const schema = schemas.read(one.schema, one.schemaPointer)
      return { name: one.name, wireName: one.name, place: 'query' as const, ...wireForm(one, schema) }
    })
    const given = Object.fromEntries(
      fields.map(({ name }, index) => [name, [1, [2, 'a'], { b: [3] }, null][index % 4]]),
    )
    const content = body && chooseContent(body.contents)
    const sent = content && { body: { mediaType: content.mediaType } }
    assert.ok(writeRequest({ kind: 'http', method, path, query, fields, ...sent }, given).path.startsWith('/'))
    for (const response of responses)
      for (const { schema, pointer } of response.contents) schemas.read(schema, pointer, 'response')
  }
}

const spec = {
  openapi: '3.0.1',
  swagger: '2.0',
  consumes: ['application/json'],
  servers: [{ url: '/v1' }],
  paths: {
    '/a/{id}?q={q}': {
      parameters: [{ $ref: '#/components/parameters/p' }],
      post: {
        operationId: 'a',
        parameters: [
          { name: 'f', in: 'query', style: 'deepObject', schema: { type: 'object' } },
          { name: 'c', in: 'cookie', content: { 'application/json': { schema: { type: 'array' } } } },
          { name: 'l', in: 'query', type: 'array', collectionFormat: 'pipes' },
        ],
        requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/s' } } } },
        responses: { 200: { content: { 'text/*': { schema: { $ref: '#/components/schemas/s' } } } } },
        security: [{ o: ['read'] }],
      },
    },
  },
  components: {
    parameters: { p: { name: 'id', in: 'path', schema: { type: 'array', items: { type: 'integer' } } } },
    schemas: {
      s: { allOf: [{ required: ['x'], properties: { x: { readOnly: true, anyOf: [{ type: 'string' }] } } }] },
    },
  },
}

/** The document with the value at one of its places replaced. */
function changed(document: unknown, place: number, value: unknown): unknown {
  let at = 0
  const walk = (node: unknown): unknown => {
    if (at++ === place) return value
    if (Array.isArray(node)) return node.map(walk)
    if (node === null || typeof node !== 'object') return node
    return Object.fromEntries(Object.entries(node).map(([name, one]) => [name, walk(one)]))
  }
  return walk(document)
}

const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom('', '{', '#/paths', -1, null, true, [], {}, '{x}', '__proto__', { $ref: '#' }, { $ref: 7 }, [null]),
)

test('a spec with one odd value is read without an error', () => {
  fc.assert(
    fc.property(fc.nat(70), odd, (place, value) => readAll(JSON.stringify(changed(spec, place, value)) ?? '')),
    { numRuns },
  )
})

test('a text with characters lost or changed is read or refused', () => {
  const text = JSON.stringify(spec, null, 2)
  fc.assert(
    fc.property(fc.nat(text.length), fc.nat(20), fc.string({ maxLength: 4, unit: character }), (at, length, more) =>
      readAll(text.slice(0, at) + more + text.slice(at + length)),
    ),
    { numRuns },
  )
})
