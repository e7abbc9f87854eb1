import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { z } from 'zod'
import { operation, text } from '../src/index.ts'
import { fieldsOf, readInput } from '../src/input.ts'

const symbols = z.array(text(20).regex(/^[A-Z^][A-Z0-9.=^&-]*$/)).max(20)
const fields = fieldsOf(
  operation('GET /things', {
    openWorld: false,
    summary: 'Find things',
    input: z.object({
      symbols: symbols.optional().describe('Symbols'),
      sizes: z.array(z.int()).max(20).default([1]).describe('Sizes'),
      words: z.array(text(40)).max(20).optional().describe('Words'),
      kinds: z
        .array(z.enum(['book', 'toy']))
        .max(20)
        .optional()
        .describe('book or toy'),
      since: z.iso.datetime({ offset: true }).optional().describe('A time'),
    }),
    output: z.object({}),
    handler: () => ({}),
  }),
)
const read = (querystring: string) => readInput(fields, { params: {}, querystring, body: undefined })

const encode = encodeURIComponent
/** The forms in which clients send a list. */
const styles: Record<string, (name: string, items: readonly unknown[]) => string> = {
  repeated: (name, items) => items.map((item) => `${name}=${encode(String(item))}`).join('&'),
  brackets: (name, items) => items.map((item) => `${name}[]=${encode(String(item))}`).join('&'),
  'encoded brackets': (name, items) => items.map((item) => `${name}%5B%5D=${encode(String(item))}`).join('&'),
  indexes: (name, items) => items.map((item, index) => `${name}[${index}]=${encode(String(item))}`).join('&'),
  'indexes with gaps': (name, items) =>
    items
      .map((item, index) => `${name}[${index * 5 + 1}]=${encode(String(item))}`)
      .toReversed()
      .join('&'),
  commas: (name, items) => `${name}=${items.map((item) => encode(String(item))).join(',')}`,
  'encoded commas': (name, items) => `${name}=${encode(items.join(','))}`,
  'commas and blanks': (name, items) => `${name}=${encode(items.join(', '))}`,
  'a comma at the end': (name, items) => `${name}=${encode(items.join(','))},`,
  semicolons: (name, items) => `${name}=${encode(items.join(';'))}`,
  pipes: (name, items) => `${name}=${encode(items.join('|'))}`,
  JSON: (name, items) => `${name}=${encode(JSON.stringify(items))}`,
  'JSON with blanks': (name, items) => `${name}=${encode(JSON.stringify(items, null, 1))}`,
  'a list of Python': (name, items) => `${name}=${encode(`['${items.join("', '")}']`)}`,
  'brackets without quotes': (name, items) => `${name}=${encode(`[${items.join(',')}]`)}`,
  quotes: (name, items) => `${name}=${encode(items.map((item) => `"${item}"`).join(','))}`,
}

const symbol = fc.stringMatching(/^[A-Z^][A-Z0-9.=^&-]{0,9}$/)
for (const [style, write] of Object.entries(styles))
  test(`a list in the query is read from the form: ${style}`, () => {
    const cases: [string, fc.Arbitrary<unknown>][] = [
      ['symbols', symbol],
      ['sizes', fc.integer({ min: -1000, max: 1000 })],
      ['kinds', fc.constantFrom('book', 'toy')],
    ]
    for (const [name, item] of cases)
      fc.assert(
        fc.property(fc.array(item, { minLength: 1, maxLength: 8 }), (items) => {
          assert.deepEqual(read(write(name, items))[name], items)
        }),
        { numRuns: 50 },
      )
  })

test('free text keeps its commas, and only a JSON list is more than one item', () => {
  const plain = fc.string({ minLength: 1, maxLength: 20 }).filter((word) => !/^\s*\[/.test(word))
  fc.assert(
    fc.property(fc.array(plain, { minLength: 1, maxLength: 4 }), (words) => {
      assert.deepEqual(read((styles.repeated as (typeof styles)[string])('words', words)).words, words)
    }),
  )
  assert.deepEqual(read('words=Smith,%20John&words=b').words, ['Smith, John', 'b'])
  assert.deepEqual(read(`words=${encode('["Smith, John","b"]')}`).words, ['Smith, John', 'b'])
})

test('what is not a list of such items stays one text, which the schema refuses', () => {
  for (const sent of ['AAPL IBM', 'AAPL,', ',', 'a,b', '[', '[]x', '{"a":1}', '"', '[[1]]', 'null'])
    assert.equal(symbols.safeParse(read(`symbols=${encode(sent)}`).symbols).success, sent === 'AAPL,', sent)
  assert.deepEqual(read('symbols=[]').symbols, [])
  assert.deepEqual(read('sizes=1,x').sizes, ['1,x'])
})

test('a long text is not split', () => {
  assert.equal((read(`symbols=${'A,'.repeat(100_000)}`).symbols as string[]).length, 1)
})

test('a plus that became a blank in the offset of a time is put back', () => {
  assert.equal(read('since=2026-03-01T00:00:00+02:00').since, '2026-03-01T00:00:00+02:00')
  assert.equal(read('since=2026-03-01T00:00:00%2B02:00').since, '2026-03-01T00:00:00+02:00')
  assert.equal(read('since=2026-03-01+02:00').since, '2026-03-01 02:00')
})
