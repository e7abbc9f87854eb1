import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { int64 } from '../../src/index.ts'
import { fitTo } from '../../src/upstream/fit.ts'

const fitted = (output: z.ZodType, value: unknown, longest = 10_000) => fitTo(output, value, longest)

test('a limit of the output counts, and what has none is cut at 100 items and 2000 characters', () => {
  const output = z.object({
    short: z.string().max(5),
    long: z.string(),
    few: z.array(z.int()).max(2),
    many: z.array(z.int()),
  })
  const { value, cut } = fitted(output, {
    short: 'abcdefgh',
    long: 'x'.repeat(2_001),
    few: [1, 2, 3],
    many: Array.from({ length: 101 }, () => 1),
  })
  const { short, long, few, many } = value as z.output<typeof output>
  assert.deepEqual([short, long.length, few, many.length], ['abcd…', 2_000, [1, 2], 100])
  assert.deepEqual(cut, [
    'short: the first 5 of 8 characters',
    'long: the first 2000 of 2001 characters',
    'few: the first 2 of 3 items',
    'many: the first 100 of 101 items',
  ])
  const larger = z.object({ text: z.string().max(5_000) })
  assert.deepEqual(fitted(larger, { text: 'x'.repeat(5_000) }).cut, [])
})

test('a text is not cut in the middle of a character', () => {
  const { value } = fitted(z.object({ text: z.string().max(5) }), { text: 'abc😀😀' })
  assert.deepEqual(value, { text: 'abc…' })
})

test('null is dropped where the output has none, and kept where it has one', () => {
  const output = z.object({ a: z.string().optional(), b: z.string().nullable(), c: z.string().nullable().optional() })
  assert.deepEqual(fitted(output, { a: null, b: null, c: null }).value, { b: null, c: null })
})

test('maps, unions and values of any kind are cut too', () => {
  const output = z.object({
    map: z.record(z.string(), z.string().max(3)),
    one: z.union([z.int(), z.object({ text: z.string().max(3) })]),
    any: z.unknown(),
    id: int64,
  })
  const any = { list: Array.from({ length: 200 }, () => 'x'.repeat(3_000)), __proto__: null }
  const { value, cut } = fitted(output, { map: { a: 'abcdef' }, one: { text: 'abcdef', x: 1 }, any, id: 5 }, 400_000)
  const read = output.parse(value)
  assert.deepEqual(read.map, { a: 'ab…' })
  assert.deepEqual(read.one, { text: 'ab…' })
  assert.equal((read.any as { list: string[] }).list.length, 100)
  assert.equal(read.id, 5)
  assert.equal(cut.length, 4)
})

test('an answer that is longer as a whole is cut further, until it fits or cannot', () => {
  const output = z.object({ list: z.array(z.string()) })
  const list = Array.from({ length: 500 }, () => 'x'.repeat(5_000))
  for (const longest of [100_000, 20_000, 5_000, 1_000]) {
    const { value, fits } = fitted(output, { list }, longest)
    assert.ok(fits)
    assert.ok(JSON.stringify(value).length <= longest)
  }
  const wide = z.object(Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`m${index}`, z.string()])))
  const full = Object.fromEntries(Object.keys(wide.shape).map((name) => [name, 'x'.repeat(50)]))
  assert.equal(fitted(wide, full, 1_000).fits, false)
})

test('nesting without end is cut where any value is accepted, and dropped where it is not', () => {
  let deep: unknown = 1
  for (let level = 0; level < 20_000; level++) deep = [deep]
  assert.ok(fitted(z.object({ any: z.unknown() }), { any: deep }).fits)
  assert.ok(fitted(z.object({ number: z.int() }), { number: deep }).fits)
})
