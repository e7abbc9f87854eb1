import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { DefinitionError, definePlugin, none, operation, type PluginDefinition, text } from '../src/index.ts'

const output = z.object({})
const handler = () => ({})
const good = operation('GET /things', { openWorld: false, summary: 'Read', input: z.object({}), output, handler })
const withInput = (input: z.ZodType, route: 'GET /things' | 'GET /things/{x}' = 'GET /things') =>
  operation(route as 'GET /things', {
    openWorld: false,
    summary: 'Read',
    input: z.object({ x: input }),
    output,
    handler,
  })

const definition: PluginDefinition<'anyone', never> = {
  name: 'shop',
  title: 'Shop',
  descriptionForHuman: 'Order things.',
  descriptionForModel: 'Orders things.',
  conversationStarters: ['What can you do?'],
  contactEmail: 'shop@example.com',
  folder: new URL('./fixture/', import.meta.url),
  auth: none(),
  operations: { readThings: good },
}

const refused: [name: string, change: Partial<PluginDefinition<'anyone', never>>, fault: RegExp][] = [
  ['a name with spaces', { name: 'my shop' }, /name: must be letters and digits/],
  ['a name over 50', { name: 'a'.repeat(51) }, /name: /],
  ['a title over 20', { title: 'a'.repeat(21) }, /title: /],
  ['a description over 100', { descriptionForHuman: `${'a'.repeat(100)}.` }, /descriptionForHuman: /],
  ['a description without its full stop', { descriptionForHuman: 'Order' }, /full stop/],
  ['a text for the model over 2,048', { descriptionForModel: 'a'.repeat(2049) }, /descriptionForModel: /],
  ['no conversation starter', { conversationStarters: [] }, /conversationStarters: /],
  [
    '7 conversation starters',
    { conversationStarters: [...'1234567'].map((n) => `Order ${n}`) },
    /conversationStarters: /,
  ],
  ['a conversation starter over 128', { conversationStarters: ['a'.repeat(129)] }, /conversationStarters\.0: /],
  ['a conversation starter of two lines', { conversationStarters: ['Order\nit'] }, /must be one line/],
  ['a conversation starter twice', { conversationStarters: ['Order', 'Order'] }, /must not contain one twice/],
  ['a name of OpenAI', { title: 'Shop for ChatGPT' }, /must not say/],
  ['no mail address', { contactEmail: 'nobody' }, /contactEmail: /],
  ['no operation', { operations: {} }, /at least one/],
  [
    '31 operations',
    { operations: Object.fromEntries(Array.from({ length: 31 }, (_, i) => [`a${'b'.repeat(i)}`, good])) },
    /at most 30/,
  ],
  ['a digit in an operationId', { operations: { read2: good } }, /read2: its name/],
  ['an underscore in an operationId', { operations: { read_things: good } }, /its name/],
  ['an operationId over 40', { operations: { ['a'.repeat(41)]: good } }, /its name/],
  ['an empty summary', { operations: { read: { ...good, summary: '' } } }, /summary has 0/],
  [
    'a description over 200',
    { operations: { read: { ...good, description: 'a'.repeat(201) } } },
    /description has 201/,
  ],
  [
    'two operations with one route',
    { operations: { read: good, readAgain: good } },
    /readAgain: read has the same route/,
  ],
  ['an input without a description', { operations: { read: withInput(text(9)) } }, /input x needs a describe/],
  [
    'an input described in over 200',
    { operations: { read: withInput(text(9).describe('a'.repeat(201))) } },
    /needs a describe/,
  ],
  ['text without a limit', { operations: { read: withInput(z.string().describe('a')) } }, /use text\(length\)/],
  [
    'text limited in half characters',
    { operations: { read: withInput(z.string().max(5).describe('a')) } },
    /use text\(length\)/,
  ],
  ['an object as input', { operations: { read: withInput(z.object({}).describe('a')) } }, /has the type "object"/],
  [
    'a choice of types',
    { operations: { read: withInput(z.union([z.int(), z.boolean()]).describe('a')) } },
    /has the type \["integer","boolean"\]/,
  ],
  [
    'an input that may be null',
    { operations: { read: withInput(z.int().nullable().describe('a')) } },
    /has the type|of several/,
  ],
  ['a list without a limit', { operations: { read: withInput(z.array(z.int()).describe('a')) } }, /has no limit/],
  [
    'a list in the path',
    { operations: { read: withInput(z.array(z.int()).max(2).describe('a'), 'GET /things/{x}') } },
    /cannot be a list/,
  ],
  [
    'an optional name in the path',
    { operations: { read: withInput(z.int().optional().describe('a'), 'GET /things/{x}') } },
    /cannot be optional/,
  ],
  [
    'an input with the name of a prototype',
    { operations: { read: { ...good, input: z.object({ constructor: text(5).describe('a') }) } } },
    /must have another name/,
  ],
  ['a path that begins with a name', { operations: { read: { ...good, path: '/{x}' } } }, /plain segment/],
  ['a path of core', { operations: { read: { ...good, path: '/openapi.json' } } }, /openapi\.json/],
]

test('a definition within every limit is accepted', () => {
  assert.equal(definePlugin(definition).operations.length, 1)
})

for (const [name, change, fault] of refused)
  test(`${name} is refused by name`, () => {
    assert.throws(
      () => definePlugin({ ...definition, ...change }),
      (error) => error instanceof DefinitionError && fault.test(error.message),
    )
  })

test('all faults are listed at once', () => {
  assert.throws(() => definePlugin({ ...definition, title: '', contactEmail: '' }), /title[\s\S]*contactEmail/)
})

const shaped = (route: 'GET /things/{x}' | 'DELETE /things/{y}', name: 'x' | 'y') =>
  operation(route as 'GET /things', {
    openWorld: false,
    summary: 'Read',
    input: z.object({ [name]: text(5).describe('a') }),
    output,
    handler,
  })

test('a path has one set of names, because OpenAPI and the routes treat other names as another path', () => {
  const operations = { read: shaped('GET /things/{x}', 'x'), remove: shaped('DELETE /things/{y}', 'y') }
  assert.throws(() => definePlugin({ ...definition, operations }), DefinitionError)
})

test('every accepted input can be sent', () => {
  const write = (longest: number) =>
    operation('POST /things', {
      openWorld: false,
      destructive: false,
      idempotent: false,
      summary: 'Write',
      input: z.object({ x: text(longest).describe('a') }),
      output,
      handler,
    })
  definePlugin({ ...definition, operations: { write: write(21_000) } })
  assert.throws(() => definePlugin({ ...definition, operations: { write: write(22_000) } }), /lower their limits/)
})

test('a default must be a valid value', () => {
  const read = withInput(text(5).default('').describe('a'))
  assert.throws(
    () => definePlugin({ ...definition, operations: { read } }),
    /x has a default that its own schema refuses/,
  )
})

test('a path contains a name only once', () => {
  const twice = { ...withInput(text(5).describe('a'), 'GET /things/{x}'), path: '/things/{x}/{x}' }
  assert.throws(() => definePlugin({ ...definition, operations: { read: twice } }), DefinitionError)
})

test('an input cannot have a name that every object has, because it could not be omitted', () => {
  for (const name of ['toString', 'valueOf', 'hasOwnProperty', 'isPrototypeOf']) {
    const read = operation('GET /things', {
      openWorld: false,
      summary: 'Read',
      input: z.object({ [name]: text(5).optional().describe('a') }),
      output,
      handler,
    })
    assert.throws(() => definePlugin({ ...definition, operations: { read } }), DefinitionError, name)
  }
})

test('a type that JSON does not have is refused by name', () => {
  for (const input of [z.date(), z.bigint(), z.set(z.int())])
    assert.throws(
      () => definePlugin({ ...definition, operations: { read: withInput(input.describe('a')) } }),
      /read: .* x /,
    )
})

test('an output that JSON does not have is refused at the definition', () => {
  const read = operation('GET /things', {
    openWorld: false,
    summary: 'Read',
    input: z.object({}),
    output: z.object({ day: z.date() }),
    handler: () => ({ day: new Date() }),
  })
  assert.throws(() => definePlugin({ ...definition, operations: { read } }), /read: /)
})

test('an address or a URL has a limit too', () => {
  for (const input of [z.email(), z.url()])
    assert.throws(
      () => definePlugin({ ...definition, operations: { read: withInput(input.describe('a')) } }),
      /no limit/,
    )
})

test('a description lists the values of a choice, for assistants that ignore enums', () => {
  const read = withInput(z.enum(['red', 'blue']).describe('The colour'))
  assert.throws(() => definePlugin({ ...definition, operations: { read } }), /red/)
})
