import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { lineFinder } from '../src/spec/document-line.ts'

const yaml = `openapi: 3.1.0
# info: not this one
info:
  title: "A: b"
servers:
- url: http://a
- url: http://b
  description: x
paths:
  "/notes/{id}":
    parameters:
      - name: id
        in: path

      - in: query
        name: q
    get: { operationId: a }
  '/it''s':
    get:
      description: |
        get: no
      responses:
        200:
          description: x
`

test('the line of a place in YAML', () => {
  for (const [pointer, line] of [
    ['/info', 3],
    ['/info/title', 4],
    ['/servers/1', 7],
    ['/servers/1/description', 8],
    ['/servers/2', 5],
    ['/paths/~1notes~1{id}', 10],
    ['/paths/~1notes~1{id}/parameters/0/name', 12],
    ['/paths/~1notes~1{id}/parameters/1', 15],
    ['/paths/~1notes~1{id}/parameters/1/name', 16],
    ['/paths/~1notes~1{id}/get/operationId', 17],
    ["/paths/~1it's/get/responses/200/description", 24],
    ["/paths/~1it's/get/operationId", 19],
    ['/components', undefined],
  ] as const)
    assert.equal(lineFinder(yaml)(pointer), line, pointer)
})

test('the line of a place in JSON', () => {
  const json = '{\n  "a": [\n    1,\n    { "b/c": 2 }\n  ],\n  "200": {}\n}'
  for (const [pointer, line] of [
    ['/a', 2],
    ['/a/1', 4],
    ['/a/1/b~1c', 4],
    ['/a/1/d', 4],
    ['/200', 6],
    ['/x', undefined],
  ] as const)
    assert.equal(lineFinder(json)(pointer), line, pointer)
})

test('both forms of one document lead to the same member', () => {
  const read = (file: string) =>
    readFileSync(new URL(`../../../plugins/notes/generated/${file}`, import.meta.url), 'utf8')
  for (const file of ['openapi.yaml', 'openapi.json']) {
    const text = read(file)
    const line = lineFinder(text)('/components/schemas/Problem/properties/status')
    assert.match(text.split('\n')[(line ?? 0) - 1] ?? '', /status/, file)
  }
})
