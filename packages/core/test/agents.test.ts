import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { z } from 'zod'
import { definePlugin, none, operation, type PluginDefinition, text } from '../src/index.ts'

// AGENTS.md states the limits of core. Each sentence is tried with a definition at the limit, and with one beyond it.

type Definition = PluginDefinition<'anyone', never>

const agents = readFileSync(new URL('../../../AGENTS.md', import.meta.url), 'utf8').replaceAll(/\s+/g, ' ')
const read = (input: z.ZodObject = z.object({}), more: object = {}) =>
  operation('GET /units', { summary: 's', openWorld: false, input, output: z.object({}), handler: () => ({}), ...more })
const one = (operation: Definition['operations'][string]) => ({ operations: { listUnits: operation } })
const withInput = (schema: z.ZodType) => one(read(z.object({ unit: schema })))
const letters = (count: number) => 'x'.repeat(count)
const many = (count: number) => ({
  operations: Object.fromEntries(
    Array.from({ length: count }, (_, index) => [letters(index + 1), { ...read(), path: `/units/${index}` }]),
  ),
})

function define(change: object): void {
  definePlugin({
    name: 'units',
    title: 'Units',
    descriptionForHuman: 'Converts units.',
    descriptionForModel: 'Converts units.',
    conversationStarters: ['How many feet are 3 metres?'],
    contactEmail: 'ada@example.com',
    folder: new URL('file:///'),
    auth: none(),
    ...one(read()),
    ...change,
  } as Definition)
}

const limits: [sentence: string, allowed: object, refused: object][] = [
  ['`name`: 1 to 50 letters and digits', { name: letters(50) }, { name: letters(51) }],
  ['`name`: 1 to 50 letters and digits', { name: 'units2' }, { name: 'my-units' }],
  ['`title`: at most 20 characters', { title: letters(20) }, { title: letters(21) }],
  [
    '`descriptionForHuman`: at most 100',
    { descriptionForHuman: `${letters(99)}.` },
    { descriptionForHuman: `${letters(100)}.` },
  ],
  ['and ends with a full stop', {}, { descriptionForHuman: 'Converts units' }],
  [
    '`descriptionForModel`: at most 2,048',
    { descriptionForModel: letters(2048) },
    { descriptionForModel: letters(2049) },
  ],
  [
    '`conversationStarters`: 1 to 6',
    { conversationStarters: ['aa', 'bb', 'cc', 'dd', 'ee', 'ff'] },
    { conversationStarters: [] },
  ],
  ['each one line of at most 128', { conversationStarters: [letters(128)] }, { conversationStarters: [letters(129)] }],
  ['no two the same', {}, { conversationStarters: ['aa', 'aa'] }],
  ['None of these texts contains the words plugin, ChatGPT or OpenAI', {}, { title: 'Units plugin' }],
  ['`operations`: 1 to 30', many(30), many(31)],
  [
    '1 to 40 letters, verb and noun, no digits',
    { operations: { [letters(40)]: read() } },
    { operations: { [letters(41)]: read() } },
  ],
  ['no digits', {}, { operations: { listUnits2: read() } }],
  ['`mcp`, `oauth`, `legal`, `.well-known` and others are refused', {}, one({ ...read(), path: '/mcp/units' })],
  [
    '`/units/{name}` and `/units/{id}` are refused together',
    {},
    {
      operations: {
        getUnit: operation('GET /units/{name}', { ...paged('name'), summary: 's' }),
        deleteUnit: operation('DELETE /units/{id}', { ...paged('id'), summary: 's' }),
      },
    },
  ],
  [
    'at most 200 characters each',
    one(read(z.object({}), { summary: letters(200) })),
    one(read(z.object({}), { summary: letters(201) })),
  ],
  [
    'Each input has `.describe()` of 1 to 200 characters',
    withInput(text(9).describe(letters(200))),
    withInput(text(9)),
  ],
  [
    'Text is `text(longest)`, never `z.string().max()`',
    withInput(text(9).describe('a unit')),
    withInput(z.string().max(9).describe('a unit')),
  ],
  [
    'such as `z.iso.datetime()` and `z.uuid()`, need no other limit',
    { operations: { a: read(z.object({ t: z.iso.datetime().describe('a'), u: z.uuid().describe('b') })) } },
    withInput(z.string().describe('a unit')),
  ],
  [
    'A list has `.max()`',
    withInput(z.array(text(9)).max(3).describe('units')),
    withInput(z.array(text(9)).describe('units')),
  ],
  [
    'An enum of up to eight values names them all in its description',
    withInput(z.enum(['mass', 'time']).describe('mass or time')),
    withInput(z.enum(['mass', 'time']).describe('what it measures')),
  ],
  [
    'no nested objects, unions, dates or nullable inputs',
    withInput(z.boolean().describe('whether')),
    withInput(z.object({ name: text(9) }).describe('a unit')),
  ],
  ['unions, dates or nullable inputs', {}, withInput(z.union([z.int(), z.boolean()]).describe('a value'))],
  ['dates or nullable inputs', {}, withInput(z.date().describe('a day'))],
  ['nullable inputs', {}, withInput(text(9).nullable().describe('a unit'))],
  [
    'A default must fit its own schema',
    withInput(text(9).default('metre').describe('a unit')),
    withInput(z.int().max(3).default(4).describe('a number')),
  ],
  [
    'All texts of one body together: at most 262,144 bytes, counted as 12 bytes for each character',
    one(post(Math.floor(262_144 / 12))),
    one(post(Math.floor(262_144 / 12) + 1)),
  ],
]

for (const [sentence, allowed, refused] of limits)
  test(`AGENTS.md: ${sentence}`, () => {
    assert.ok(agents.includes(sentence), 'the sentence is not there')
    define(allowed)
    assert.throws(() => define(refused), { name: 'DefinitionError' })
  })

function paged<Name extends string>(name: Name) {
  const input = z.object({ [name]: text(9).describe('a unit') } as Record<Name, z.ZodString>)
  return { openWorld: false, input, output: z.object({}), handler: () => ({}) }
}

function post(longest: number) {
  const input = z.object({ text: text(longest).describe('a text') })
  const effects = { openWorld: false, destructive: false, idempotent: false }
  return operation('POST /units', { summary: 's', ...effects, input, output: z.object({}), handler: () => ({}) })
}
