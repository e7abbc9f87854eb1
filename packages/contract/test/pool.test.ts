import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseExact } from '@reference-plugins/reader/exact-json'
import fc from 'fast-check'
import { type CallValues, noValues } from '../src/calls/call-values.ts'
import { Pool } from '../src/calls/pool.ts'
import { toRequest } from '../src/calls/request.ts'
import { Report } from '../src/rules/finding.ts'
import { readSpec, type SpecOperation } from '../src/spec/spec.ts'

const answers = { 200: { description: 'd' } }
const parameter = (name: string) => ({ name, in: 'path', required: true, schema: { type: 'string' } })
const content = { 'application/json': { schema: { type: 'object' } } }
const read = (paths: object): SpecOperation[] => readSpec({ openapi: '3.1.0', paths }, new Report()).operations

const operations = read({
  '/books': {
    get: { operationId: 'listBooks', responses: answers },
    post: {
      operationId: 'addBook',
      responses: {
        201: {
          description: 'd',
          links: { it: { operationId: 'getCart', parameters: { number: '$response.body#/cart/0' } } },
        },
      },
    },
  },
  '/books/{isbn}': {
    put: { operationId: 'putBook', parameters: [parameter('isbn')], requestBody: { content }, responses: answers },
  },
  '/carts/{number}': { get: { operationId: 'getCart', parameters: [parameter('number')], responses: answers } },
  '/users/{user}/notes/{id}': {
    get: { operationId: 'getNote', parameters: [parameter('user'), parameter('id')], responses: answers },
  },
})
const named = (id: string): SpecOperation => {
  const found = operations.find((one) => one.id === id)
  assert.ok(found)
  return found
}

function learn(pool: Pool, id: string, json: unknown, headers = {}, values: CallValues = noValues()): void {
  const exchange = { status: named(id).method === 'POST' ? 201 : 200, headers, json, url: 'http://localhost/' }
  pool.learn({ operation: named(id), values, exchange })
}

test('an id of an answer is sent again with the same digits, found again and forgotten', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^-?[1-9][0-9]{0,39}$/), fc.stringMatching(/^[1-9][0-9]{15,20}$/), (one, version) => {
      const answer = (): unknown => parseExact(`{"id":${one},"version":${version}}`)
      const pool = new Pool(operations)
      learn(pool, 'addBook', answer())
      learn(pool, 'listBooks', [answer(), answer()])
      const found = pool.find({ name: 'id' }, 'books')
      const body = { mediaType: 'application/json', value: { parent: found } }
      const sent = toRequest(named('putBook'), { ...noValues(), path: { isbn: found }, body })
      assert.deepEqual([sent.path, sent.body], [`/books/${one}`, `{"parent":${one}}`])
      assert.ok(pool.isMade(parseExact(one)))
      assert.equal(JSON.stringify(pool.versionOf(parseExact(one))), JSON.stringify(parseExact(version)))
      pool.forget(parseExact(one))
      assert.equal(pool.find({ name: 'id' }, 'books'), undefined)
    }),
  )
})

test('a member with the name of an input is learnt, whatever the name', () => {
  const pool = new Pool(operations)
  learn(pool, 'listBooks', { items: [{ isbn: '978-1', title: 'a' }] })
  assert.equal(pool.find({ name: 'isbn' }, 'books'), '978-1')
  assert.equal(pool.find({ name: 'title' }, 'books'), undefined)
})

test('an address in Location or in a member is taken apart', () => {
  const pool = new Pool(operations)
  learn(pool, 'addBook', undefined, { location: 'https://api.example.com/v2/books/97%2F8' })
  assert.equal(pool.find({ name: 'isbn' }, 'books'), '97/8')
  learn(pool, 'listBooks', { self: '/users/jo/notes/n1' })
  assert.equal(pool.find({ name: 'id' }, 'notes'), 'n1')
  assert.deepEqual(pool.parentsOf('n1'), { user: 'jo' })
})

test('a link of the spec says which value an operation takes', () => {
  const pool = new Pool(operations)
  learn(pool, 'addBook', { cart: ['c-1'] })
  assert.deepEqual(pool.candidates({ name: 'number', resource: 'carts', operation: 'getCart' }), ['c-1'])
})

test('the id of one resource is not taken for another', () => {
  const pool = new Pool(operations)
  learn(pool, 'listBooks', [{ id: 5, author: { id: 9 } }])
  assert.equal(pool.find({ name: 'bookId' }, 'loans'), 5)
  assert.equal(pool.find({ name: 'author_id' }, 'books'), 9)
  assert.equal(pool.find({ name: 'userId' }, 'users'), undefined)
  assert.deepEqual(pool.candidates({ name: 'key', resource: 'books', place: 'path' }), [5])
})

test('an ETag is kept for the path that has it', () => {
  const pool = new Pool(operations)
  learn(pool, 'putBook', {}, { etag: '"v1"' }, { ...noValues(), path: { isbn: 'a' } })
  assert.equal(pool.tagOf('/books/{isbn}', { ...noValues(), path: { isbn: 'a' } }), '"v1"')
  assert.equal(pool.tagOf('/books/{isbn}', { ...noValues(), path: { isbn: 'b' } }), undefined)
})
