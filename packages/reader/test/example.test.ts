import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Repairs, readOpenApi, readSpec, readSpecText, toRequest } from '../src/index.ts'

const text = `
swagger: '2.0'
host: api.example.com
basePath: /v1
paths:
  /books:
    get:
      operationId: listBooks
      parameters: [{ name: ids, in: query, type: array, items: { type: int }, collectionFormat: pipes }]
      responses: { 200: { description: The books, schema: { $ref: '#/definitions/Books' } } }
definitions:
  Books: { type: array, items: { type: object } }
`

test('the example of the README', async () => {
  // Everything that the spec says, for a program that checks it or generates code from it.
  const repairs = new Repairs('spec')
  const { operations, schemas } = readOpenApi(readSpecText(text, repairs))
  const [listBooks] = operations
  const [content] = listBooks?.responses[0]?.contents ?? []
  assert.deepEqual(schemas.read(content?.schema, content?.pointer ?? ''), { type: 'array', items: { type: 'object' } })

  // One flat input for each operation, for a model; and what was repaired.
  const { spec, repairs: found } = await readSpec(text, 'https://api.example.com/swagger.yaml')
  const [operation] = spec.operations
  assert.ok(operation)
  assert.deepEqual(operation.input.properties, { ids: { type: 'array', items: { type: 'integer' } } })
  assert.equal(found[0]?.message, 'The type "int" is read as integer.')

  // From the arguments to the request.
  assert.equal(toRequest(spec, operation, { ids: [1, 2] }).url, 'https://api.example.com/v1/books?ids=1%7C2')
})

test('the README shows the example as it is tested', () => {
  const [source, readme] = ['./example.test.ts', '../README.md'].map((file) =>
    readFileSync(new URL(file, import.meta.url), 'utf8').replaceAll(/^ {2}/gm, ''),
  )
  const example = /```typescript\n([\s\S]*?)```/.exec(readme ?? '')?.[1]
  assert.ok(example && source?.includes(example))
})
