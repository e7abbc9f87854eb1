import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  compareNumbers,
  isExactNumber,
  isWholeNumber,
  parseExact,
  parseNumber,
  replaceExact,
} from '../src/exact-json.ts'
import { checkArguments, type DocumentOperation, type Field, type Schema, toRequest } from '../src/index.ts'

const digits = (least: number, most: number) =>
  fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: least, maxLength: most })
    .map((all) => all.join('').replace(/^0+(?=.)/, ''))
const sign = fc.constantFrom('', '-')
const exponent = fc.oneof(
  fc.constant(''),
  fc.integer({ min: -400, max: 400 }).map((power) => `e${power}`),
  fc.constantFrom('E5', 'e+21', 'e-7'),
)
/** Every number that JSON can have, with some digits or many. */
const numbers = fc
  .tuple(sign, digits(1, 40), fc.oneof(fc.constant(''), fc.stringMatching(/^\.[0-9]{1,30}$/)), exponent)
  .map((parts) => parts.join(''))
const ids = fc.tuple(sign, digits(16, 40)).map((parts) => parts.join(''))

/** Whether two texts are the same number, by whole numbers alone. */
function isSame(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => {
    const [, mantissa = '', fraction = '', power = '0'] = /^(-?\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(text) ?? []
    return { whole: BigInt(mantissa + fraction), power: Number(power) - fraction.length }
  }) as [{ whole: bigint; power: number }, { whole: bigint; power: number }]
  const least = Math.min(a.power, b.power)
  const scaled = ({ whole, power }: typeof a) => whole * 10n ** BigInt(power - least)
  return scaled(a) === scaled(b)
}

test('JSON is written again with the same numbers', () => {
  fc.assert(
    fc.property(numbers, (number) => {
      const value = parseExact(number)
      assert.ok(isSame(JSON.stringify(value), number), `${number} became ${JSON.stringify(value)}`)
      if (isExactNumber(value)) assert.equal(JSON.stringify(value), number)
      assert.deepEqual(parseNumber(number), value)
    }),
    { numRuns: 500 },
  )
})

test('numbers stay the same wherever they are in a document, and every other value is as JSON.parse reads it', () => {
  fc.assert(
    fc.property(fc.json(), fc.array(numbers), (json, list) => {
      const text = `{"list": [${list}], "deep": {"json": ${json}}}`
      const read = parseExact(text) as { list: unknown[]; deep: object }
      for (const [index, number] of list.entries()) assert.ok(isSame(JSON.stringify(read.list[index]), number), number)
      assert.deepEqual(replaceExact(read, Number), replaceExact(JSON.parse(text), Number))
      assert.equal(JSON.stringify(parseExact(JSON.stringify(read))), JSON.stringify(read))
    }),
  )
})

test('a number that JavaScript writes in plain digits is a JavaScript number, and any other keeps its characters', () => {
  const plain = ['0', '1.0', '1e3', '-0', '0.10', '9007199254740991', '9007199254740992', '1E+2', '0.5']
  for (const text of plain) assert.equal(parseExact(text), Number(text), text)
  for (const text of [
    '9007199254740993',
    '-9007199254740993',
    '1e400',
    '1e-400',
    '0.1234567890123456789',
    '1e21',
    '0.0000001',
    '12345678901234567890',
    '1000000000000000000000',
  ])
    assert.deepEqual([isExactNumber(parseExact(text)), JSON.stringify([parseExact(text)])], [true, `[${text}]`])
})

test('numbers are compared exactly', () => {
  fc.assert(
    fc.property(ids, ids, (one, other) => {
      const [a, b] = [parseNumber(one), parseNumber(other)] as [number, number]
      const wanted = BigInt(one) < BigInt(other) ? -1 : BigInt(one) > BigInt(other) ? 1 : 0
      assert.equal(Math.sign(compareNumbers(a, b)), wanted)
      assert.ok(typeof a === 'number' || isWholeNumber(a))
    }),
  )
})

const anyOf = (type: string): Schema => ({
  type: 'object',
  properties: Object.fromEntries([
    ...['path', 'query', 'header', 'cookie', 'body'].map((name) => [name, { type }]),
    ['list', { type: 'array', items: { type } }],
    ['joined', { type: 'array', items: { type } }],
    ['deep', { type: 'object', properties: { ids: { type: 'array', items: { type } } } }],
    ['any', {}],
  ]),
})
const fields: Field[] = [
  ...(['path', 'query', 'header', 'cookie', 'body'] as const).map(
    (place): Field => ({ name: place, wireName: place, place }),
  ),
  { name: 'list', wireName: 'list', place: 'query', list: 'repeated' },
  { name: 'joined', wireName: 'joined', place: 'query', list: 'comma' },
  { name: 'deep', wireName: 'deep', place: 'body' },
  { name: 'any', wireName: 'any', place: 'body' },
]

function send(type: string, mediaType: string, given: unknown) {
  const operation: DocumentOperation = {
    name: 'a',
    title: 'A',
    description: 'A.',
    input: anyOf(type),
    isConsequential: undefined,
    isReading: false,
    target: { kind: 'http', method: 'POST', path: '/rows/{path}', query: [], fields, body: { mediaType } },
  }
  const checked = checkArguments(operation, given)
  assert.deepEqual(checked.faults, [])
  return toRequest({ server: 'https://a.test' }, operation, checked.arguments)
}

for (const type of ['integer', 'number', 'string'])
  for (const isText of [false, true])
    test(`an id of any length is sent as it came: given as ${isText ? 'a text' : 'a number'} for the type ${type}`, () => {
      fc.assert(
        fc.property(
          ids.filter((id) => !/^-?0/.test(id) || type !== 'string'),
          (id) => {
            const one = isText ? `"${id}"` : id
            const given = `{"path":${one},"query":${one},"header":${one},"cookie":${one},"body":${one},"list":[${one},${one}],"joined":[${one}],"deep":{"ids":[1,${one}]},"any":{"deep":[${one}]}}`
            const written = type === 'string' ? `"${id}"` : id
            const { url, headers, body } = send(type, 'application/json', parseExact(given))
            assert.equal(url, `https://a.test/rows/${id}?query=${id}&list=${id}&list=${id}&joined=${id}`)
            assert.deepEqual([headers.header, headers.cookie], [id, `cookie=${id}`])
            const first = type === 'string' ? '"1"' : '1'
            assert.equal(body, `{"body":${written},"deep":{"ids":[${first},${written}]},"any":{"deep":[${one}]}}`)
            const form = send(type, 'application/x-www-form-urlencoded', parseExact(given)).body ?? ''
            const deep = `{"ids":[${first},${written}]}`
            assert.deepEqual(
              [...new URLSearchParams(form)],
              [
                ['body', id],
                ['deep', deep],
                ['any', `{"deep":[${one}]}`],
              ],
            )
            assert.match(
              send(type, 'multipart/form-data', parseExact(given)).body ?? '',
              new RegExp(`name="body"\r\n\r\n${id}\r\n`),
            )
          },
        ),
        { numRuns: 40 },
      )
    })

test('a whole number has no zeros after the point in a URL', () => {
  for (const id of ['9007199254740993.0', '"9007199254740993.00"'])
    assert.match(send('integer', 'application/json', parseExact(`{"path":${id}}`)).url, /rows\/9007199254740993$/)
})

test('limits, choices and types hold for numbers of any length', () => {
  const fault = (schema: Schema, value: string): string | undefined =>
    checkArguments(
      {
        name: 'a',
        title: 'A',
        description: 'A.',
        input: { type: 'object', properties: { id: schema } },
        isConsequential: undefined,
        isReading: true,
        target: { kind: 'mcp', tool: 'a' },
      },
      parseExact(`{"id":${value}}`),
    ).faults[0]
  assert.equal(fault({ type: 'integer', maximum: 9007199254740992 }, '9007199254740992'), undefined)
  assert.equal(
    fault({ type: 'integer', maximum: 9007199254740992 }, '9007199254740993'),
    '"id" must be at most 9007199254740992, not 9007199254740993.',
  )
  assert.equal(
    fault({ type: 'integer', minimum: 1 }, '-9007199254740993'),
    '"id" must be at least 1, not -9007199254740993.',
  )
  assert.equal(
    fault({ type: 'number', exclusiveMaximum: 1 }, '1.00000000000000000001'),
    '"id" must be less than 1, not 1.00000000000000000001.',
  )
  assert.equal(
    fault({ type: 'integer', enum: [9007199254740992] }, '9007199254740993'),
    '"id" must be one of 9007199254740992, not "9007199254740993".',
  )
  assert.equal(
    fault({ type: 'integer' }, '9007199254740993.5'),
    '"id" must be a whole number, not "9007199254740993.5".',
  )
  assert.equal(fault({ type: 'object' }, '9007199254740993'), '"id" must be an object, not "9007199254740993".')
  assert.equal(fault({ type: 'boolean' }, '9007199254740993'), '"id" must be true or false, not "9007199254740993".')
})
