import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Report } from '../src/rules/finding.ts'
import { SchemaCheck } from '../src/spec/schema-check.ts'
import { readSpec, type Schema } from '../src/spec/spec.ts'
import { brokenValues } from '../src/values/broken.ts'
import { edgesOf } from '../src/values/edges.ts'
import { nameOf, partsOf, withPart } from '../src/values/parts.ts'
import { readingsOf } from '../src/values/readings.ts'
import { Values } from '../src/values/values.ts'

const check = new SchemaCheck('3.1')
const values = await Values.open(check, 1)
const text = { type: 'string' }
const pet = (kind: string, more: object) => ({
  type: 'object',
  required: ['kind', ...Object.keys(more)],
  properties: { kind: { const: kind }, ...more },
})

const schemas: Record<string, Schema> = {
  'a list': { type: 'array', items: { type: 'integer' }, minItems: 2 },
  'a list without repetition': {
    type: 'array',
    items: { type: 'integer', minimum: 3 },
    minItems: 4,
    uniqueItems: true,
  },
  'choices without repetition': { type: 'array', items: { enum: ['a', 'b', 'c'] }, minItems: 3, uniqueItems: true },
  'texts without repetition': { type: 'array', items: text, minItems: 3, uniqueItems: true },
  'a tuple': { type: 'array', prefixItems: [text, { type: 'integer' }], items: false, minItems: 2 },
  'a list that contains one': { type: 'array', items: { type: 'integer' }, contains: { const: 7 } },
  'allOf over several levels': {
    allOf: [
      { type: 'object', required: ['a'], properties: { a: text } },
      {
        allOf: [
          { required: ['b'], properties: { b: { type: 'integer', minimum: 5 } } },
          { properties: { a: { maxLength: 3 } } },
        ],
      },
    ],
  },
  'oneOf with its kind': { oneOf: [pet('cat', { lives: { type: 'integer' } }), pet('dog', { name: text })] },
  'oneOf that excludes': {
    type: 'object',
    properties: { a: text, b: text },
    oneOf: [{ required: ['a'] }, { required: ['b'] }],
  },
  'anyOf beside members': {
    type: 'object',
    required: ['c'],
    properties: { a: text, c: text },
    anyOf: [{ required: ['a'] }],
  },
  'null first': { anyOf: [{ type: 'null' }, { type: 'object', required: ['a'], properties: { a: text } }] },
  'a list of types': { type: ['null', 'integer'], minimum: 4 },
  'members that need others': {
    type: 'object',
    properties: { card: text, address: text },
    required: ['card'],
    dependentRequired: { card: ['address'] },
  },
  'if and then': {
    type: 'object',
    required: ['kind'],
    properties: { kind: { enum: ['post', 'mail'] }, street: text, mail: text },
    if: { properties: { kind: { const: 'post' } } },
    // biome-ignore lint/suspicious/noThenProperty: it is a keyword of JSON Schema
    then: { required: ['street'] },
    else: { required: ['mail'] },
  },
  'a least number of members': { type: 'object', minProperties: 2, properties: { a: text, b: text, c: text } },
  'a least number of members without names': {
    type: 'object',
    minProperties: 2,
    additionalProperties: { type: 'integer' },
  },
  'names by a pattern': {
    type: 'object',
    minProperties: 1,
    patternProperties: { '^x-[a-z]+$': text },
    additionalProperties: false,
  },
  'a most number of members': { type: 'object', maxProperties: 1, properties: { a: text, b: text } },
  'no zero': { type: 'integer', minimum: 0, maximum: 1, not: { const: 0 } },
  'no empty text': { type: 'string', not: { const: '' } },
  cents: { type: 'number', multipleOf: 0.01, exclusiveMinimum: 0, maximum: 0.05 },
  'between two': { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 0.1 },
  'a large number': { type: 'integer', minimum: 1000, maximum: 1000 },
  'a negative number': { type: 'integer', exclusiveMaximum: 0, multipleOf: 5 },
  'a pattern': { type: 'string', pattern: '^[A-Z]{2}-\\d{4}$' },
  'a pattern that is not anchored': { type: 'string', pattern: '\\d', minLength: 3, maxLength: 5 },
  'a long text': { type: 'string', minLength: 300 },
  'a short text': { type: 'string', maxLength: 2 },
  formats: {
    type: 'object',
    properties: Object.fromEntries(
      [
        'date',
        'date-time',
        'time',
        'duration',
        'email',
        'uri',
        'uri-reference',
        'uuid',
        'hostname',
        'ipv4',
        'ipv6',
        'byte',
      ].map((format) => [format, { type: 'string', format }]),
    ),
  },
  'no type': { properties: { a: { minimum: 3 } }, required: ['a'] },
  'what a server sets': { type: 'object', properties: { id: { type: 'integer', readOnly: true }, a: text } },
}

for (const [what, schema] of Object.entries(schemas))
  test(`a value is made from a whole schema: ${what}`, () => {
    for (const wishes of [{}, { all: true }, { all: true, fresh: true }]) {
      const value = values.ordinary(schema, wishes)
      assert.ok(value !== undefined, 'no value was found')
      assert.equal(check.fault(schema, value), undefined, JSON.stringify(value))
    }
  })

test('what only the server sets is left out', () => {
  assert.deepEqual(Object.keys(values.ordinary(schemas['what a server sets'] ?? {}, { all: true }) as object), ['a'])
})

test('each branch has a value', () => {
  const { 'oneOf with its kind': pets = {} } = schemas
  const kinds = [values.ordinary(pets), ...values.branches(pets)].map((one) => (one as { kind: string }).kind)
  assert.deepEqual(kinds, ['cat', 'dog'])
})

const components = {
  Cat: { type: 'object', required: ['pet', 'lives'], properties: { pet: text, lives: { type: 'integer' } } },
  Dog: { type: 'object', required: ['pet', 'bark'], properties: { pet: text, bark: { type: 'boolean' } } },
  Node: {
    type: 'object',
    required: ['name'],
    properties: { name: text, below: { type: 'array', items: { $ref: '#/components/schemas/Node' } } },
  },
}

function bodyOf(schema: object): Schema {
  const post = { requestBody: { content: { 'application/json': { schema } } }, responses: {} }
  const document = { openapi: '3.1.0', paths: { '/a': { post } }, components: { schemas: components } }
  const body = readSpec(document, new Report()).operations[0]?.bodies[0]
  assert.ok(body)
  return body.schema
}

test('a branch has its name in the member that tells the branches apart', () => {
  const oneOf = ['Cat', 'Dog'].map((name) => ({ $ref: `#/components/schemas/${name}` }))
  const kinds = (mapping?: object): unknown[] => {
    const schema = bodyOf({ oneOf, discriminator: { propertyName: 'pet', ...(mapping && { mapping }) } })
    return [values.ordinary(schema), ...values.branches(schema)].map((one) => (one as { pet: string }).pet)
  }
  assert.deepEqual(kinds(), ['Cat', 'Dog'])
  assert.deepEqual(kinds({ cat: '#/components/schemas/Cat', dog: 'Dog' }), ['cat', 'dog'])
})

test('a schema that refers to itself is followed, and comes to an end', () => {
  const schema = bodyOf({ $ref: '#/components/schemas/Node' })
  const value = values.ordinary(schema, { all: true }) as { below: { name: unknown }[] }
  assert.equal(typeof value.below[0]?.name, 'string')
  assert.equal(check.fault(schema, value), undefined)
})

test('examples come first, and a fresh text differs from call to call', () => {
  const schema = { type: 'object', required: ['a'], properties: { a: { type: 'string', example: 'shown' } } }
  assert.deepEqual(values.ordinary(schema), { a: 'shown' })
  const fresh = () => (values.ordinary(schema, { fresh: true }) as { a: string }).a
  assert.notEqual(fresh(), fresh())
})

test('an example that does not match is not sent', () => {
  assert.equal(values.ordinary({ type: 'integer', example: 'five', default: 7 }), 7)
})

const order = {
  type: 'object',
  required: ['name', 'lines'],
  additionalProperties: false,
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 5 },
    note: { anyOf: [{ type: 'string', maxLength: 9 }, { type: 'null' }] },
    lines: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: ['sku'],
        properties: { sku: { type: 'string', pattern: '^[a-z]+$' }, count: { type: 'integer', minimum: 1 } },
      },
    },
    address: { type: 'object', required: ['zip'], properties: { zip: { type: 'string', minLength: 4 } } },
  },
}
const fits = (schema: Schema, value: unknown) => values.fits(schema, value)
const whole = values.ordinary(order, { all: true })

test('each keyword is broken at every depth', () => {
  const found = partsOf(order, whole, fits).flatMap((part) =>
    brokenValues(part)
      .map(({ word, value, member }) => ({
        name: `${nameOf(member === undefined ? part.path : [...part.path, member])} ${word}`.trim(),
        root: withPart(undefined, whole, member === undefined ? part.path : [...part.path, member], value),
      }))
      .filter(({ root }) => !fits(order, root)),
  )
  const names = new Set(found.map(({ name }) => name))
  for (const name of [
    'name required',
    'notDescribed additionalProperties',
    'name maxLength',
    'name minLength',
    'note maxLength',
    'lines minItems',
    'lines[].sku required',
    'lines[].sku pattern',
    'lines[].count minimum',
    'lines[].count type',
    'address.zip required',
    'address.zip minLength',
  ])
    assert.ok(names.has(name), `${name} is not among ${[...names].join(', ')}`)
})

test('each edge is valid where it stands', () => {
  const parts = partsOf(order, whole, fits)
  const edges = parts.flatMap((part) => edgesOf(part).map(({ value }) => [nameOf(part.path), value]))
  assert.ok(edges.some(([name, value]) => name === 'note' && value === null))
  assert.ok(edges.some(([name, value]) => name === 'lines[].count' && value === 1))
})

for (const [what, value, expected] of [
  ['a number', 5, 5],
  ['a truth', 'true', true],
  ['a list', 'a,b', ['a', 'b']],
  ['one of a list', ['7'], 7],
  ['members', { a: 1 }, { a: 1 }],
  ['JSON', '[1]', [1]],
] as const)
  test(`a text is read in each way in which a server may read it: ${what}`, () => {
    assert.ok(readingsOf(value).some((one) => JSON.stringify(one) === JSON.stringify(expected)))
  })

test('no limit or example above 2^53 is sent, because it may have been rounded', () => {
  const schema = JSON.parse(
    '{"type":"integer","minimum":-9223372036854775808,"maximum":9223372036854775807,"example":9223372036854775807}',
  )
  const [part] = partsOf(schema, values.ordinary(schema), fits)
  assert.ok(part)
  const sent = [part.value, ...edgesOf(part).map(({ value }) => value), ...brokenValues(part).map(({ value }) => value)]
  assert.deepEqual(
    sent.filter((one) => Number.isInteger(one) && !Number.isSafeInteger(one)),
    [],
  )
  assert.ok(sent.includes(0))
})

test('texts by a pattern differ as long as the pattern allows it', async () => {
  const values = await Values.open(new SchemaCheck('3.1'), 1)
  const make = (schema: object, count: number) =>
    Array.from({ length: count }, () => values.ordinary({ type: 'string', ...schema }, { fresh: true }))
  const codes = make({ pattern: '^[A-Z]{2}$' }, 120)
  assert.equal(new Set(codes).size, codes.length)
  assert.equal(new Set(make({ pattern: '^[ab]$' }, 20)).size, 2)
  assert.match(String(make({ pattern: '^https?://', format: 'uri' }, 1)), /^https:\/\/example\.com\/contract\/\d+$/)
  assert.match(String(make({ pattern: '^ftp://', format: 'uri' }, 1)), /^ftp:/)
})
