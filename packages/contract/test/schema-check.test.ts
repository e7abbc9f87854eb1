import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readOpenApi, type Schema } from '@reference-plugins/reader'
import { SchemaCheck } from '../src/spec/schema-check.ts'

const number = { type: 'number' }
const text = { type: 'string' }
const pet = (kind: string) => ({ type: 'object', required: ['kind'], properties: { kind: text, [kind]: number } })

interface Case {
  version?: '3.0' | '3.1'
  schema: Schema
  fits?: unknown[]
  not?: unknown[]
  components?: Record<string, Schema>
}

const cases: Record<string, Case> = {
  'multiples of cents': { schema: { multipleOf: 0.01 }, fits: [19.99, 4.35, 1e10, 12345678901.23], not: [0.001] },
  'multiples of a tiny step': { schema: { multipleOf: 1e-7 }, fits: [3e-7, 5], not: [1.5e-7] },
  'the URL of this machine': {
    schema: { format: 'url' },
    fits: ['http://localhost:3000/a', 'https://a.example'],
    not: ['a'],
  },
  'an email address of this machine': {
    schema: { format: 'email' },
    fits: ['ann@localhost', 'ü@ü.example'],
    not: ['a'],
  },
  'a time without an offset': {
    schema: { format: 'time' },
    fits: ['12:30:00', '12:30:00Z'],
    not: ['25:00:00', 'noon'],
  },
  int32: { schema: { type: 'integer', format: 'int32' }, fits: [2147483647], not: [3000000000] },
  int64: { schema: { type: 'integer', format: 'int64' }, fits: [JSON.parse('9223372036854775807')], not: [1e20] },
  'an unknown format': { schema: { format: 'colour-of-the-day' }, fits: ['x'] },
  'a pattern that is not for Unicode': {
    version: '3.0',
    schema: { pattern: '^[\\w\\-\\.]+\\_$' },
    fits: ['a-b._'],
    not: ['a b'],
  },
  'nullable of 3.0': {
    version: '3.0',
    schema: { type: 'string', enum: ['a'], nullable: true },
    fits: ['a', null],
    not: ['b'],
  },
  'nullable beside a reference in 3.0': {
    version: '3.0',
    schema: { allOf: [{ $ref: '#/components/schemas/Name' }], nullable: true },
    components: { Name: text },
    fits: ['a', null],
    not: [1],
  },
  'a property that is called nullable': {
    version: '3.0',
    schema: {
      additionalProperties: false,
      properties: { nullable: { type: 'boolean' }, exclusiveMinimum: number, $ref: text },
    },
    fits: [{ nullable: true, exclusiveMinimum: 1, $ref: 'a' }],
    not: [{ nullable: 'yes' }, { other: 1 }],
  },
  'exclusive limits of 3.0': {
    version: '3.0',
    schema: { minimum: 0, exclusiveMinimum: true, maximum: 9, exclusiveMaximum: false },
    fits: [0.1, 9],
    not: [0, 9.1],
  },
  'exclusive limits of 3.1': { schema: { exclusiveMinimum: 0 }, fits: [1], not: [0] },
  'words beside a reference in 3.1': {
    schema: { properties: { name: { $ref: '#/components/schemas/Name', maxLength: 5 } } },
    components: { Name: text },
    fits: [{ name: 'short' }],
    not: [{ name: 'longer' }, { name: 1 }],
  },
  'words beside a reference in 3.0': {
    version: '3.0',
    schema: { properties: { name: { $ref: '#/components/schemas/Name', maxLength: 5 } } },
    components: { Name: text },
    fits: [{ name: 'longer' }],
    not: [{ name: 1 }],
  },
  'a circle, at any depth': {
    schema: { $ref: '#/components/schemas/Node' },
    components: { Node: { properties: { value: number, next: { $ref: '#/components/schemas/Node' } } } },
    fits: [{ next: { next: { value: 1 } } }],
    not: [{ next: { next: { next: { value: 'one' } } } }],
  },
  'a schema that is made of itself': {
    schema: { $ref: '#/components/schemas/Node' },
    components: { Node: { allOf: [{ $ref: '#/components/schemas/Node' }] } },
    fits: [1],
  },
  'unevaluatedProperties over a reference': {
    schema: { allOf: [{ $ref: '#/components/schemas/Base' }], properties: { b: {} }, unevaluatedProperties: false },
    components: { Base: { properties: { a: number } } },
    fits: [{ a: 1, b: 2 }],
    not: [{ c: 1 }],
  },
  'a discriminator between open schemas': {
    schema: {
      oneOf: [{ $ref: '#/components/schemas/Cat' }, { $ref: '#/components/schemas/Dog' }],
      discriminator: { propertyName: 'kind', mapping: { hound: '#/components/schemas/Dog' } },
    },
    components: { Cat: pet('lives'), Dog: pet('age') },
    fits: [
      { kind: 'Cat', lives: 7 },
      { kind: 'hound', age: 7 },
    ],
    not: [{ kind: 'Cat', lives: 'many' }, { kind: 'hound', age: 'old' }, { lives: 7 }],
  },
  'draft 7 by its $schema': {
    schema: { $schema: 'http://json-schema.org/draft-07/schema#', items: [number, text], additionalItems: false },
    fits: [[1, 'a']],
    not: [['a'], [1, 'a', 2]],
  },
  'names of its own': {
    schema: { $id: 'https://a.example/pet', $anchor: 'pet', $comment: 'x', 'x-more': 1, type: 'string' },
    fits: ['a'],
  },
  'a file of Swagger 2': { version: '3.0', schema: { type: 'file' }, fits: ['a'] },
}

for (const [what, { version = '3.1', schema, fits = [], not = [], components }] of Object.entries(cases))
  test(`a value is judged by its schema: ${what}`, () => {
    const { schemas } = readOpenApi({ openapi: `${version}.0`, components: { schemas: components } })
    const whole = schemas.read(schema, '', 'response')
    const check = new SchemaCheck(version)
    for (const value of fits) assert.equal(check.fault(whole, value), undefined, JSON.stringify(value))
    for (const value of not) assert.ok(check.fault(whole, value), JSON.stringify(value))
  })

for (const [what, schema] of Object.entries({
  'a pattern that does not compile': { pattern: '([' },
  'a limit that is text': { minLength: '3' },
  'a type that does not exist': { properties: { a: { type: 'text' } } },
  'an exclusive limit of 3.0 in 3.1': { minimum: 0, exclusiveMinimum: true },
}))
  test(`a schema is invalid: ${what}`, () => {
    const { schemas } = readOpenApi({ openapi: '3.1.0', components: { schemas: { Odd: schema } } })
    assert.throws(() => new SchemaCheck('3.1').fault(schemas.read(schema, ''), {}))
    const through = schemas.read({ items: { $ref: '#/components/schemas/Odd' } }, '')
    assert.throws(() => new SchemaCheck('3.1').fault(through, {}))
  })

test('a schema that a hundred operations share is compiled once', () => {
  const properties = Object.fromEntries(Array.from({ length: 2_000 }, (_, index) => [`m${index}`, text]))
  const { schemas } = readOpenApi({ openapi: '3.1.0', components: { schemas: { Big: { properties } } } })
  const check = new SchemaCheck('3.1')
  const start = performance.now()
  for (let count = 0; count < 100; count++) {
    const list = schemas.read({ type: 'array', items: { $ref: '#/components/schemas/Big' } }, '', 'response')
    assert.equal(check.fault(list, [{ m1: 'a' }]), undefined)
    assert.ok(check.fault(list, [{ m1: 1 }]))
  }
  assert.ok(performance.now() - start < 5_000)
})
