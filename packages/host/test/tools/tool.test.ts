import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  checkArguments,
  type DocumentOperation,
  openai,
  readSpecNow,
  type Schema,
  strictFaults,
  toMcpDocument,
} from '@reference-plugins/reader'
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { toNamespace } from '../../src/tools/namespace.ts'
import { fromStrict, toolName, toTool } from '../../src/tools/tool.ts'

const numRuns = Number(process.env.FUZZ_DOCUMENTS ?? 100)
const plugin = { name: 'shop' }
const ajv = new Ajv2020({ strict: false, logger: false, validateFormats: false, code: { optimize: false } })

function operationOf(schema: unknown, method = 'post'): DocumentOperation {
  const document = {
    openapi: '3.1.0',
    paths: {
      '/a': {
        [method]: {
          operationId: 'a',
          summary: 'Does a.',
          requestBody: { content: { 'application/json': { schema } } },
        },
      },
    },
  }
  const operation = readSpecNow(JSON.stringify(document), 'https://a.test/o', undefined).spec.operations[0]
  assert.ok(operation)
  return operation
}
const tool = (properties: object, required: string[] = [], method = 'post') =>
  toTool(plugin, operationOf({ type: 'object', properties, required }, method))
const parameters = (properties: object, required: string[] = [], method = 'post') =>
  tool(properties, required, method).parameters.properties as Record<string, Schema>

test('an optional input becomes required and may be null', () => {
  const { parameters, strict, name, description } = tool(
    {
      a: { type: 'string' },
      b: { type: 'integer', enum: [1, 2] },
      c: { type: 'object', properties: { d: { type: 'boolean' } } },
    },
    ['a'],
  )
  assert.deepEqual([strict, name, description], [true, 'shop__a', 'Does a.'])
  assert.deepEqual(parameters, {
    type: 'object',
    properties: {
      a: { type: 'string' },
      b: { anyOf: [{ type: 'integer', enum: [1, 2] }, { type: 'null' }] },
      c: {
        anyOf: [
          {
            type: 'object',
            properties: { d: { type: ['boolean', 'null'] } },
            required: ['d'],
            additionalProperties: false,
          },
          { type: 'null' },
        ],
      },
    },
    required: ['a', 'b', 'c'],
    additionalProperties: false,
  })
})

test('words that a model API does not support become sentences of the description', () => {
  const { a } = parameters(
    { a: { type: 'string', description: 'A code', minLength: 2, maxLength: 4, default: 'ab' } },
    ['a'],
  )
  assert.deepEqual(a, {
    type: 'string',
    description: 'A code. At least 2 characters. At most 4 characters. By default "ab".',
  })
  const operation = operationOf({
    type: 'object',
    properties: { n: { type: 'integer', minimum: 1, maximum: 50 } },
    required: ['n'],
  })
  assert.deepEqual(toTool(plugin, operation, 'anthropic').parameters.properties, {
    n: { type: 'integer', description: 'At least 1. At most 50.' },
  })
  assert.deepEqual(toTool(plugin, operation, 'openai').parameters.properties, {
    n: { type: 'integer', minimum: 1, maximum: 50 },
  })
})

test('a map is sent as JSON in a string, and decoded to a map', () => {
  const operation = operationOf({
    type: 'object',
    required: ['labels'],
    properties: { labels: { type: 'object', additionalProperties: { type: 'integer' } } },
  })
  const { labels } = toTool(plugin, operation).parameters.properties as Record<string, Schema>
  assert.equal(labels?.type, 'string')
  assert.match(String(labels?.description), /^A JSON object, as text\. It fits the schema .*integer/)
  assert.deepEqual(fromStrict(operation, { labels: '{"a": 1}' }), { labels: { a: 1 } })
  assert.deepEqual(fromStrict(operation, { labels: 'no JSON' }), { labels: 'no JSON' })
  assert.match(
    checkArguments(operation, fromStrict(operation, { labels: 'no JSON' })).faults[0] ?? '',
    /"labels" must be an object, not "no JSON"/,
  )
})

test('an input without a type accepts JSON, and other text as a string', () => {
  const operation = operationOf({ type: 'object', properties: { any: {} } })
  assert.deepEqual(
    ['5', '"5"', 'hello', '{"a":[1]}', 'null'].map((any) => (fromStrict(operation, { any }) as Schema).any),
    [5, '5', 'hello', { a: [1] }, null],
  )
})

test('names that no model API accepts are replaced for the model only', () => {
  const operation = operationOf({
    type: 'object',
    required: ['filter'],
    properties: {
      filter: {
        type: 'object',
        required: ['$gt', 'a b'],
        properties: { $gt: { type: 'integer' }, 'a b': { type: 'string' }, a_b: { type: 'string' } },
      },
    },
  })
  const filter = (toTool(plugin, operation).parameters.properties as Record<string, Schema>).filter
  assert.deepEqual(filter?.required, ['gt', 'a_b', 'a_b_2'])
  assert.deepEqual(fromStrict(operation, { filter: { gt: 1, a_b: 'x', a_b_2: null } }), {
    filter: { $gt: 1, 'a b': 'x' },
  })
})

test('in a PATCH a model can leave a value as it is, and take it away', () => {
  const operation = operationOf({ type: 'object', properties: { due: { type: 'string', nullable: true } } }, 'patch')
  assert.deepEqual(fromStrict(operation, { due: null }), {})
  assert.deepEqual(fromStrict(operation, { due: 'SET TO NULL' }), { due: null })
  assert.deepEqual(checkArguments(operation, { due: null }), { arguments: { due: null }, faults: [] })
  const other = operationOf({ type: 'object', properties: { due: { type: 'string', nullable: true } } }, 'post')
  assert.deepEqual(fromStrict(other, { due: 'SET TO NULL' }), { due: 'SET TO NULL' })
})

test('what is deeper than a model API accepts is JSON in a string', () => {
  let schema: Schema = { type: 'object', properties: { end: { type: 'integer' } } }
  for (let level = 0; level < 15; level++) schema = { type: 'object', properties: { a: schema } }
  const operation = operationOf(schema)
  const { strict, parameters } = toTool(plugin, operation)
  assert.deepEqual([strict, strictFaults(parameters, openai)], [true, { refused: [], lost: [] }])
  let value: unknown = { end: 5 }
  for (let level = 0; level < 15; level++) value = { a: value }
  assert.deepEqual(fromStrict(operation, encode(operation.input, parameters, value, false)), value)
})

test('the name of a tool is unique over plugins, and fits every model', () => {
  assert.equal(toolName('todo', 'addTodo'), 'todo__addTodo')
  const pairs = [
    ['a', 'b__c'],
    ['a__b', 'c'],
    ['a_', 'b'],
    ['a', '_b'],
    ['7up', 'x'],
    ['p_7up', 'x'],
    ['x'.repeat(50), `${'y'.repeat(63)}a`],
    ['x'.repeat(50), `${'y'.repeat(63)}b`],
  ] as const
  const names = pairs.map(([of, operation]) => toolName(of, operation))
  assert.equal(new Set(names).size, names.length)
  for (const name of names) assert.match(name, /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/)
})

test('two operations never have the same tool name', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', '_', '7', 'p', '-'), minLength: 1, maxLength: 70 })
  fc.assert(
    fc.property(fc.tuple(word, word), fc.tuple(word, word), ([a, b], [c, d]) => {
      fc.pre(a !== c || b !== d)
      assert.notEqual(toolName(a, b), toolName(c, d))
      assert.match(toolName(a, b), /^[A-Za-z0-9_-]{1,64}$/)
    }),
    { numRuns: 5 * numRuns },
  )
})

const mcpOperation: DocumentOperation = {
  name: 'a',
  title: 'A',
  description: 'A.',
  input: {},
  isConsequential: undefined,
  isReading: true,
  target: { kind: 'mcp', tool: 'a' },
}

const name = fc.constantFrom('a', 'b', 'c d', '$e', 'é', 'f.g')
const scalar = fc.oneof(
  fc.record({ type: fc.constant('string'), description: fc.constantFrom('Some text', '') }),
  fc.record({
    type: fc.constant('string'),
    enum: fc.uniqueArray(fc.constantFrom('x', 'y', 'SET', '1'), { minLength: 1 }),
  }),
  fc.record({
    type: fc.constant('integer'),
    minimum: fc.integer({ min: -5, max: 0 }),
    maximum: fc.integer({ min: 1, max: 5 }),
  }),
  fc.constant({ type: 'number' }),
  fc.constant({ type: 'boolean' }),
  fc.constant({ type: 'string', minLength: 1, maxLength: 3 }),
)
const { schema: anySchema } = fc.letrec<{ schema: Schema; object: Schema; union: Schema }>((tie) => ({
  schema: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    tie('object'),
    tie('union'),
    fc.record({ type: fc.constant('array'), items: tie('schema') }),
    fc.constant({}),
    fc.record({ type: fc.constant('object'), additionalProperties: tie('schema') }),
  ),
  object: fc.record({
    type: fc.constant('object'),
    properties: fc.dictionary(name, tie('schema'), { maxKeys: 4 }),
    required: fc.subarray(['a', 'b', 'c d', '$e']),
  }),
  union: fc.oneof(
    fc.record({ anyOf: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }) }),
    scalar.map((one) => ({ ...one, nullable: true })),
    fc.tuple(scalar, tie('object')).map((oneOf) => ({ oneOf })),
  ),
}))

/** A value of a schema in the form that the host keeps. */
function valuesOf(schema: Schema): fc.Arbitrary<unknown> {
  if (Array.isArray(schema.anyOf)) return fc.oneof(...(schema.anyOf as Schema[]).map(valuesOf))
  if (Array.isArray(schema.enum)) return fc.constantFrom(...(schema.enum as unknown[]))
  const { minimum, maximum, minLength, maxLength } = schema as Record<string, number>
  switch (schema.type) {
    case 'string':
      return fc.string({ minLength: minLength ?? 0, maxLength: maxLength ?? 5 })
    case 'integer':
      return fc.integer({ min: minimum ?? -9, max: maximum ?? 9 })
    case 'number':
      return fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number || 0)
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case 'array':
      return fc.array(valuesOf((schema.items ?? {}) as Schema), { maxLength: 3 })
    case 'object': {
      const properties = Object.entries((schema.properties ?? {}) as Record<string, Schema>)
      if (properties.length === 0)
        return schema.properties
          ? fc.constant({})
          : fc.dictionary(fc.constantFrom('k', 'l'), valuesOf((schema.additionalProperties ?? {}) as Schema), {
              maxKeys: 2,
            })
      return fc.record(Object.fromEntries(properties.map(([key, one]) => [key, valuesOf(one)])), {
        requiredKeys: (schema.required ?? []) as string[],
        noNullPrototype: true,
      })
    }
    default:
      return fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.constant({ k: [1] }))
  }
}

/** What a model would send for a value, written from both schemas without the code that decodes it. */
function encode(schema: Schema, sent: Schema, value: unknown, isPatch: boolean): unknown {
  const isJson = sent.type === 'string' && / as text\./.test(String(sent.description))
  if (isJson && schema.type !== 'string' && !schema.enum) return JSON.stringify(value)
  if (Array.isArray(schema.anyOf)) {
    const index = schema.anyOf.findIndex((branch) => accepts(branch, value))
    return encode(schema.anyOf[index], (sent.anyOf as Schema[])[index] as Schema, value, isPatch)
  }
  if (Array.isArray(value))
    return value.map((one) => encode(schema.items as Schema, sent.items as Schema, one, isPatch))
  if (value === null || typeof value !== 'object') return value
  const names = Object.entries(sent.properties as Record<string, Schema>)
  return Object.fromEntries(
    Object.entries(schema.properties as Record<string, Schema>).map(([name, own], index) => {
      const [given, inner] = names[index] as [string, Schema]
      const one = (value as Schema)[name]
      if ((schema.required as string[] | undefined)?.includes(name)) return [given, encode(own, inner, one, isPatch)]
      if (one === undefined) return [given, null]
      if (one === null && own.anyOf) return [given, isPatch ? 'SET TO NULL' : null]
      return [given, encode(withoutNull(own), withoutNull(inner), one, isPatch)]
    }),
  )
}

function withoutNull(schema: Schema): Schema {
  if (Array.isArray(schema.type)) return { ...schema, type: schema.type[0] }
  const { anyOf, ...rest } = schema
  if (!Array.isArray(anyOf)) return schema
  const left = (anyOf as Schema[]).filter(
    (one) => one.type !== 'null' && !(one.enum as unknown[] | undefined)?.includes('SET TO NULL'),
  )
  return left.length === 1 ? { ...rest, ...left[0] } : { ...rest, anyOf: left }
}

/** Whether the schema accepts the value as it is. */
function accepts(schema: Schema, x: unknown): boolean {
  const input = { type: 'object', properties: { x: schema }, required: ['x'] }
  const checked = checkArguments({ ...mcpOperation, input }, { x })
  return checked.faults.length === 0 && JSON.stringify(checked.arguments.x) === JSON.stringify(x)
}

const operationWithValue = fc
  .tuple(
    fc.dictionary(name, anySchema, { maxKeys: 4 }),
    fc.subarray(['a', 'b', '$e']),
    fc.constantFrom('post', 'patch'),
  )
  .map(([properties, required, method]) => operationOf({ type: 'object', properties, required }, method))
  .chain((operation) =>
    fc.tuple(
      fc.constant(operation),
      valuesOf(operation.input).map((value) => JSON.parse(JSON.stringify(value)) as Schema),
    ),
  )

test('every input becomes a strict tool, and every value of it goes to the model and back', () => {
  let exact = 0
  let runs = 0
  fc.assert(
    fc.property(operationWithValue, ([operation, value]) => {
      for (const style of ['openai', 'anthropic'] as const) {
        const { parameters, strict } = toTool(plugin, operation, style)
        assert.ok(strict)
        assert.deepEqual(strictFaults(parameters, openai), { refused: [], lost: [] })
        const isPatch = operation.target.kind === 'http' && operation.target.method === 'PATCH'
        const given = encode(operation.input, parameters, value, isPatch)
        const back = fromStrict(operation, given, style)
        // A validator that is not ours says that it is what was promised, on both sides.
        const sent = ajv.compile(parameters)
        assert.ok(sent(given), `${JSON.stringify(given)} ${JSON.stringify(sent.errors)} ${JSON.stringify(parameters)}`)
        assert.ok(ajv.compile(operation.input)(back), JSON.stringify(back))
        runs++
        try {
          assert.deepEqual(back, value)
          exact++
        } catch {
          // Of two objects in an anyOf that differ in what may be left out alone, null in one is nothing in the other.
          assert.match(JSON.stringify(operation.input), /anyOf/)
        }
      }
    }),
    { numRuns },
  )
  assert.ok(exact / runs > 0.98, `${exact} of ${runs}`)
})

test('every value of an input is valid, and only its type may change', () => {
  fc.assert(
    fc.property(operationWithValue, ([operation, value]) => {
      const checked = checkArguments(operation, value)
      assert.deepEqual(checked.faults, [], JSON.stringify([operation.input, value]))
      assert.ok(ajv.compile(operation.input)(checked.arguments))
    }),
    { numRuns },
  )
})

test('any arguments are checked without an error, and those without faults are valid', () => {
  fc.assert(
    fc.property(
      operationWithValue,
      fc.anything({ maxDepth: 3, values: [fc.string(), fc.integer(), fc.constant(null), fc.boolean()] }),
      ([operation], given) => {
        const checked = checkArguments(operation, fromStrict(operation, given))
        if (checked.faults.length === 0)
          assert.ok(
            ajv.compile(operation.input)(checked.arguments),
            JSON.stringify([operation.input, checked.arguments]),
          )
        for (const fault of checked.faults) assert.match(fault, /^[A-Z"].*[.…]$/s)
      },
    ),
    { numRuns },
  )
})

test('any JSON Schema of an MCP tool becomes an input', () => {
  const input = (inputSchema: unknown) =>
    toMcpDocument(
      { url: 'https://a.test/mcp', name: 'a', title: undefined, instructions: undefined, hasToken: false },
      [{ name: 't', inputSchema }],
    ).operations[0]?.input
  const schema = {
    type: 'object',
    $defs: { Size: { type: ['integer', 'null'], exclusiveMinimum: 0 } },
    properties: { size: { $ref: '#/$defs/Size' }, mode: { const: 'fast' } },
    required: ['mode'],
  }
  assert.deepEqual(input(schema), {
    type: 'object',
    properties: { size: { type: 'integer', exclusiveMinimum: 0 }, mode: { type: 'string', enum: ['fast'] } },
    required: ['mode'],
  })
  assert.deepEqual(input(undefined), { type: 'object', properties: {} })
})

test('a tool of an MCP server that answers only as a task is left out', () => {
  const tools = ['required', 'optional', 'forbidden', undefined].map((taskSupport) => ({
    name: String(taskSupport),
    inputSchema: {},
    ...(taskSupport && { execution: { taskSupport } }),
  }))
  const info = { url: 'https://a.test/mcp', name: 'a', title: undefined, instructions: undefined, hasToken: false }
  assert.deepEqual(
    toMcpDocument(info, tools).operations.map(({ name }) => name),
    ['optional', 'forbidden', 'undefined'],
  )
})

test('the namespace is that of ChatGPT', () => {
  const operation = operationOf({
    type: 'object',
    required: ['todo'],
    properties: {
      todo: { type: 'string', description: 'What to do.\nSoon.' },
      tags: { type: 'array', items: { type: 'string', enum: ['a', 'b'] } },
      'due date': { type: 'integer' },
      more: { type: 'object', additionalProperties: { type: 'number' } },
      any: {},
    },
  })
  const document = {
    source: 'manifest' as const,
    name: 'todo',
    title: 'Todo',
    descriptionForModel: 'Plugin for todos.',
    descriptionForHuman: '',
    auth: { type: 'none' as const, scheme: 'bearer' as const, verificationTokens: {} },
    server: 'https://a.test',
    operations: [
      operation,
      { ...operation, name: 'list', description: 'Lists.', input: { type: 'object', properties: {} } },
    ],
  }
  assert.equal(
    toNamespace(document),
    `// Plugin for todos.
namespace todo {

// Does a.
type a = (_: {
// What to do.
// Soon.
todo: string,
tags?: Array<"a" | "b">,
due_date?: number,
more?: Record<string, number>,
any?: any,
}) => any;

// Lists.
type list = () => any;

} // namespace todo`,
  )
})

test('a model is told what it can give for a file, alone or in a list', () => {
  const binary = { type: 'string', format: 'binary' }
  const properties = {
    photo: { ...binary, description: 'The picture.' },
    more: { type: 'array', items: binary },
    title: {},
  }
  const content = { 'multipart/form-data': { schema: { type: 'object', required: ['photo'], properties } } }
  const document = {
    openapi: '3.1.0',
    paths: { '/a': { post: { operationId: 'a', summary: 'A', requestBody: { content } } } },
  }
  const [operation] = readSpecNow(JSON.stringify(document), 'https://a.test/o', undefined).spec.operations
  assert.ok(operation)
  for (const style of ['openai', 'anthropic'] as const) {
    const { photo, more, title } = toTool(plugin, operation, style).parameters.properties as Record<string, Schema>
    assert.match(
      String(photo?.description),
      /^The picture\. A file: its text, or a data URL in base64 such as data:image/,
    )
    assert.match(String(more?.description), /^A file: its text/)
    assert.doesNotMatch(String(title?.description ?? ''), /A file/)
  }
  const url = `data:text/csv;name=a.csv;base64,${Buffer.from('a,b').toString('base64')}`
  assert.deepEqual(checkArguments(operation, fromStrict(operation, { photo: url, more: null, title: null })), {
    arguments: { photo: url },
    faults: [],
  })
})
