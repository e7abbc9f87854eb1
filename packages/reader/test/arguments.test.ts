import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkArguments, type DocumentOperation } from '../src/index.ts'

const operation: DocumentOperation = {
  name: 'find',
  title: 'Find',
  description: 'Finds.',
  isConsequential: undefined,
  isReading: true,
  input: {
    type: 'object',
    properties: {
      id: { type: 'string' },
      count: { type: 'integer', minimum: 1, maximum: 50 },
      price: { type: 'number', exclusiveMinimum: 0, multipleOf: 0.1 },
      isNew: { type: 'boolean' },
      order: { type: 'string', enum: ['asc', 'desc'] },
      code: { type: 'string', pattern: '^[A-Z]+$', minLength: 2, maxLength: 3 },
      tags: { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 2, uniqueItems: true },
      place: { type: 'object', properties: { city: { type: 'string' }, zip: { type: 'integer' } }, required: ['city'] },
      either: { anyOf: [{ type: 'integer' }, { type: 'string' }, { type: 'null' }] },
      maps: {
        anyOf: ['string', 'integer'].map((type) => ({ type: 'object', additionalProperties: { type } })),
      },
      map: { type: 'object', additionalProperties: { type: 'integer' } },
      any: {},
    },
    required: ['id'],
    additionalProperties: false,
  },
  target: {
    kind: 'http',
    method: 'GET',
    path: '/a/{id}',
    query: [],
    fields: [{ name: 'id', place: 'path', wireName: 'id' }],
  },
}
const check = (more: object) => checkArguments(operation, { id: 'x', ...more })

for (const [given, wanted] of [
  [{ count: '5' }, { count: 5 }],
  [{ count: ' 5 ' }, { count: 5 }],
  [{ count: '5.0' }, { count: 5 }],
  [{ price: '0.3' }, { price: 0.3 }],
  [{ isNew: 'true' }, { isNew: true }],
  [{ order: 'ASC' }, { order: 'asc' }],
  [{ id: 7 }, { id: '7' }],
  [{ tags: 'a' }, { tags: ['a'] }],
  [{ tags: '["a","b"]' }, { tags: ['a', 'b'] }],
  [{ place: '{"city":"Ulm","zip":"89073"}' }, { place: { city: 'Ulm', zip: 89073 } }],
  [{ count: null, place: null }, {}],
  [{ either: '5' }, { either: '5' }],
  [{ either: null }, { either: null }],
  [{ map: { a: '1' } }, { map: { a: 1 } }],
  [{ maps: { a: 1 } }, { maps: { a: 1 } }],
  [{ maps: { a: '1' } }, { maps: { a: '1' } }],
  [{ any: { deep: [null] } }, { any: { deep: [null] } }],
] as const)
  test(`${JSON.stringify(given)} is corrected, because only one value can be meant`, () => {
    assert.deepEqual(check(given), { arguments: { id: 'x', ...wanted }, faults: [] })
  })

for (const [given, fault] of [
  [{ count: 'five' }, '"count" must be a whole number, not "five".'],
  [{ count: '' }, '"count" must be a whole number, not "".'],
  [{ count: '0x10' }, '"count" must be a whole number, not "0x10".'],
  [{ count: 1.5 }, '"count" must be a whole number, not "1.5".'],
  [{ count: '99' }, '"count" must be at most 50, not 99.'],
  [{ price: 0 }, '"price" must be more than 0, not 0.'],
  [{ price: 0.25 }, '"price" must be a multiple of 0.1, not 0.25.'],
  [{ isNew: 'yes' }, '"isNew" must be true or false, not "yes".'],
  [{ order: 'up' }, '"order" must be one of "asc" and "desc", not "up".'],
  [{ code: 'ab' }, '"code" must match the pattern "^[A-Z]+$".'],
  [{ code: 'A' }, '"code" must have at least 2 characters, not 1.'],
  [{ tags: [] }, '"tags" must have at least 1 items, not 0.'],
  [{ tags: ['a', 'a'] }, '"tags" must not contain the same item twice.'],
  [{ tags: { a: 1 } }, '"tags" must be a list, not "{"a":1}".'],
  [{ place: { zip: 1 } }, '"place.city" is missing.'],
  [{ place: { city: 'Ulm', street: 'x' } }, '"street" does not exist in "place"; use "city" and "zip".'],
  [{ map: { a: 'x' } }, '"map.a" must be a whole number, not "x".'],
  [{ either: [] }, '"either" must be a whole number, not "[]".'],
  [{ id: '..' }, '"id" must not be "..", because it is part of the URL.'],
  [{ id: '' }, '"id" must not be "", because it is part of the URL.'],
] as const)
  test(`${JSON.stringify(given)} is reported to the model: ${fault}`, () => {
    assert.deepEqual(check(given).faults, [fault])
  })

test('several faults are reported at once: a missing input and an unknown one', () => {
  const { faults } = checkArguments(operation, { query: 'x', count: 0 })
  assert.equal(faults.length, 3)
  assert.match(
    faults.join(' '),
    /"count" must be at least 1.*"id" is missing.*"query" does not exist; use "id", "count"/,
  )
})

test('an input that is not an object is reported', () => {
  for (const given of ['x', 7, [1]])
    assert.deepEqual(checkArguments(operation, given).faults, [
      'The input must be an object with one member for each input.',
    ])
  assert.deepEqual(checkArguments(operation, undefined).faults, ['"id" is missing.'])
})

test('an input that is too long or too deep is reported', () => {
  assert.match(check({ any: 'x'.repeat(100_001) }).faults[0] ?? '', /at most 100000 can be sent/)
  assert.match(
    check({ any: JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`) }).faults[0] ?? '',
    /nested too deeply|characters/,
  )
})
