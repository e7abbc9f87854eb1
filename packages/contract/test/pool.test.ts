import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseExact } from '@reference-plugins/reader/exact-json'
import fc from 'fast-check'
import { noValues } from '../src/calls/call-values.ts'
import { Pool } from '../src/calls/pool.ts'
import { toRequest } from '../src/calls/request.ts'
import type { SpecOperation } from '../src/spec.ts'

const id = { name: 'id', wireName: 'id', place: 'path', required: true, schema: { type: 'integer' } }
const operation = { method: 'PUT', path: '/books/{id}', query: [], inputs: [id] } as unknown as SpecOperation
const sent = (value: unknown) =>
  toRequest(operation, {
    ...noValues(),
    path: { id: value },
    body: { mediaType: 'application/json', value: { parent: value } },
  })

test('an id of an answer is sent again with the same digits, found again and forgotten', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^-?[1-9][0-9]{0,39}$/), fc.stringMatching(/^[1-9][0-9]{15,20}$/), (one, version) => {
      const answer = (): unknown => parseExact(`{"id":${one},"version":${version}}`)
      const pool = new Pool()
      pool.learnMade(answer())
      pool.learn([answer(), answer()], 'books')
      const found = pool.find(id, 'books')
      const { path, body } = sent(found)
      assert.deepEqual([path, body], [`/books/${one}`, `{"parent":${one}}`])
      assert.ok(pool.isMade(parseExact(one)))
      assert.equal(JSON.stringify(pool.versionOf(parseExact(one))), JSON.stringify(parseExact(version)))
      pool.forget(parseExact(one))
      assert.equal(pool.find(id, 'books'), undefined)
    }),
  )
})
