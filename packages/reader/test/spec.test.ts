import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type DocumentOperation,
  DocumentRefused,
  readSpec,
  type SpecRead,
  toMcpDocument,
  toPluginDocument,
} from '../src/index.ts'

const url = 'https://shop.test/openapi.yaml'
const manifest = { url: 'https://shop.test/.well-known/ai-plugin.json' }
const read = (document: unknown, at = url, of: { url: string } | undefined = manifest): Promise<SpecRead> =>
  readSpec(typeof document === 'string' ? document : JSON.stringify(document), at, of)

const whole = (paths: object, more: object = {}): object => ({
  openapi: '3.0.1',
  info: { title: 'Shop', version: 'v1' },
  servers: [{ url: 'https://shop.test' }],
  paths,
  ...more,
})
const list = { operationId: 'list', summary: 'Lists things.', responses: {} }

async function one(
  operation: object,
  { path = '/a', method = 'get', more = {} } = {},
): Promise<{ operation: DocumentOperation; repairs: string[]; pointers: string[] }> {
  const { spec, repairs } = await read(whole({ [path]: { [method]: { ...list, ...operation } } }, more))
  assert.equal(spec.operations.length, 1, JSON.stringify(repairs))
  return {
    operation: spec.operations[0] as DocumentOperation,
    repairs: repairs.map(({ message }) => message),
    pointers: repairs.map(({ pointer }) => pointer),
  }
}
const http = ({ target }: DocumentOperation) => {
  assert.equal(target.kind, 'http')
  return target as Extract<typeof target, { kind: 'http' }>
}
const properties = ({ input }: DocumentOperation) => input.properties as Record<string, Record<string, unknown>>
const query = (schema: unknown, more: object = {}) => ({ parameters: [{ name: 'q', in: 'query', schema, ...more }] })
const body = (schema: unknown, type = 'application/json', more: object = {}) => ({
  requestBody: { content: { [type]: { schema } }, ...more },
})

test('an operation says that a person confirms it, and which inputs take an idempotency key', async () => {
  const header = (name: string, schema: object = { type: 'string' }) => ({ name, in: 'header', schema })
  const acting = await one(
    {
      'x-confirmation': true,
      parameters: [header('Idempotency-Key'), header('X-Idempotency-Key'), header('X-Key')],
      ...body({ type: 'object', properties: { idempotency_key: { type: 'string', nullable: true }, item: {} } }),
    },
    { method: 'post' },
  )
  assert.equal(acting.operation.confirms, true)
  assert.deepEqual(acting.operation.keyInputs, ['Idempotency-Key', 'X-Idempotency-Key', 'idempotency_key'])
  const other = await one(
    { 'x-confirmation': 'no', parameters: [header('Idempotency-Key', { type: 'integer' })] },
    { method: 'post' },
  )
  assert.ok(!('confirms' in other.operation) && !('keyInputs' in other.operation))
  // Here the key is what is looked for.
  const read = await one({ parameters: [{ name: 'idempotency_key', in: 'query', schema: { type: 'string' } }] })
  assert.ok(!('keyInputs' in read.operation))
})

test('a tool says the same', () => {
  const server = {
    url: 'https://shop.test/mcp',
    name: 'shop',
    title: undefined,
    instructions: undefined,
    hasToken: false,
  }
  const inputSchema = { type: 'object', properties: { item: { type: 'string' }, idempotency_key: { type: 'string' } } }
  const { operations } = toMcpDocument(server, [
    { name: 'buy', inputSchema, _meta: { confirmation: true } },
    { name: 'find', inputSchema, annotations: { readOnlyHint: true }, _meta: { confirmation: 'yes' } },
  ])
  assert.deepEqual(
    operations.map(({ confirms, keyInputs }) => [confirms, keyInputs]),
    [
      [true, ['idempotency_key']],
      [undefined, undefined],
    ],
  )
})

test('a valid spec needs no repair', async () => {
  const { spec, repairs } = await read(
    whole({
      '/things/{id}': {
        put: {
          operationId: 'changeThing',
          summary: 'Changes a thing',
          description: 'Changes the name of one thing.',
          parameters: [
            { name: 'id', in: 'path', required: true, description: 'Which.', schema: { type: 'integer', minimum: 1 } },
          ],
          requestBody: {
            required: true,
            content: {
              'application/json': {
                schema: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
              },
            },
          },
          'x-openai-isConsequential': true,
        },
      },
    }),
  )
  assert.deepEqual(repairs, [])
  assert.equal(spec.server, 'https://shop.test')
  assert.deepEqual(spec.operations, [
    {
      name: 'changeThing',
      title: 'Changes a thing',
      description: 'Changes the name of one thing.',
      input: {
        type: 'object',
        properties: { id: { type: 'integer', minimum: 1, description: 'Which.' }, name: { type: 'string' } },
        required: ['id', 'name'],
        additionalProperties: false,
      },
      isConsequential: true,
      isReading: false,
      target: {
        kind: 'http',
        method: 'PUT',
        path: '/things/{id}',
        query: [],
        fields: [
          { name: 'id', place: 'path', wireName: 'id' },
          { name: 'name', place: 'body', wireName: 'name' },
        ],
        body: { mediaType: 'application/json' },
      },
    },
  ])
})

const yaml = `openapi: 3.0.1
info: {title: Shop, version: v1}
paths:
  /a:
    get: {operationId: list, summary: Lists things.}
`

for (const [what, text, sentence] of [
  ['an empty answer', '', /empty/],
  ['XML', '<?xml version="1.0"?><definitions/>', /^This is XML, not an OpenAPI spec/],
  ['XHTML', '<?xml version="1.0"?><html><title>Down</title>', /web page.*"Down"/],
  ['a web page', '\n<!DOCTYPE html><title>Bad gateway</title>', /web page.*"Bad gateway"/],
  [
    'an error in JSON',
    '{"detail":"Authentication credentials were not provided."}',
    /error instead of a spec.*credentials were not provided.*without signing in/,
  ],
  ['an error in text', 'missing_key', /text, not an OpenAPI spec: "missing_key"/],
  ['a manifest', '{"name_for_model":"x","api":{},"auth":{}}', /plugin manifest, not an OpenAPI spec/],
  ['a file of another tool', '{"asyncapi":"2.0.0","channels":{}}', /not an OpenAPI spec: it has asyncapi and channels/],
  ['a list', '[1]', /text, not an OpenAPI spec/],
  ['broken JSON', '{"openapi":"3.0.1",\n"paths": {"a" 1}}', /line 2, column 15: a colon is missing/],
  ['broken YAML', `${yaml}  /b:\n    get: [\n${'#'.repeat(300)}`, /not valid YAML: line/],
  ['a program', 'from json import dumps\nspec = {\n"openapi": 1}', /Python/],
  ['an alias of YAML for itself', `a: &a [*a]\n${yaml}`, /aliases of the YAML.*for themselves.*\$ref/],
  ['Swagger 1', '{"swagger":"1.2","paths":{}}', /Swagger 1\.2, which is not supported/],
  ['a spec without operations', whole({}), /no paths, so there is nothing to call/],
  ['a spec with nothing that can be called', whole({ '*': { use: {} } }), /no operation that can be called.*"\*"/],
  ['six megabytes', `{"a":"${'x'.repeat(6 * 2 ** 20)}"}`, /over 5 MB/],
] as [string, unknown, RegExp][])
  test(`${what} is refused with the cause`, async () => {
    await assert.rejects(read(text), (error) => {
      assert.ok(error instanceof DocumentRefused, String(error))
      assert.match(error.message, sentence)
      return true
    })
  })

for (const [what, text] of [
  ['YAML', yaml],
  ['JSON in a file that is called YAML', JSON.stringify(whole({ '/a': { get: list } }))],
  ['JSON with a comma too many', JSON.stringify(whole({ '/a': { get: list } })).replace(/\}$/, ',}')],
  ['YAML with a byte order mark', `\uFEFF${yaml}`],
  ['YAML with a name that stands twice', yaml.replace('operationId: list', 'operationId: first, operationId: list')],
  ['YAML with tabs', yaml.replaceAll('  ', '\t')],
  ['YAML with an alias', `${yaml.replace('get: {', 'get: &get {')}  /b: {get: *get}\n`],
  ['YAML with a merge key', `x: &x {operationId: list}\n${yaml.replace('operationId: list', '<<: *x')}`],
  [
    'YAML with a bracket that closes too early',
    `${yaml}  /b:\n    get:\n      operationId: other\n      tags: [\n        one\n      ]\n`,
  ],
  ['YAML with a control character', yaml.replace('Lists', 'Li\u0096sts')],
  ['a version that is a number', yaml.replace('3.0.1', '3.1')],
  ['a version with quotes in its quotes', yaml.replace('3.0.1', `'"3.1.0"'`)],
  ['a version that does not exist', yaml.replace('3.0.1', '3.1.5')],
  ['no version', yaml.replace('openapi: 3.0.1\n', '')],
  ['a version by another name', yaml.replace('openapi:', 'penapi:')],
  ['paths at the top', yaml.replace('paths:\n', '').replace(/^ {2}/gm, '')],
] as const)
  test(`${what} is read`, async () => {
    const { spec } = await read(text)
    assert.deepEqual([spec.operations[0]?.name, spec.operations[0]?.description], ['list', 'Lists things.'])
  })

test('each entry that is not a path or an operation is left out alone', async () => {
  const { spec, repairs } = await read(
    whole({
      '*': { use: {} },
      '/b/../c': { get: list },
      'https://a.test/x': { get: list },
      docs: 7,
      'sports/team': { get: { ...list, operationId: 'team' } },
      '/outer': {
        get: { ...list, operationId: 'outer' },
        '/inner': { get: { ...list, operationId: 'inner' } },
        use: {},
        head: list,
      },
      __proto__: { get: list },
    }),
  )
  assert.deepEqual(
    spec.operations.map((operation) => [operation.name, http(operation).path]),
    [
      ['team', '/sports/team'],
      ['outer', '/outer'],
      ['inner', '/inner'],
    ],
  )
  const pointers = repairs.map(({ pointer }) => pointer)
  for (const pointer of [
    '/paths/*',
    '/paths/docs',
    '/paths/sports~1team',
    '/paths/~1outer/use',
    '/paths/~1outer/~1inner',
    '/paths/~1outer/head',
  ])
    assert.ok(pointers.includes(pointer), `${pointer} of ${pointers.join(' ')}`)
})

for (const [what, id, name] of [
  ['blanks', 'get the things', 'get_the_things'],
  ['no letter of ours', '取得', 'get_a'],
  ['a name of JavaScript', '__proto__', 'get_a'],
  ['nothing', undefined, 'get_a'],
] as const)
  test(`an operation whose id is ${what} is called ${name}`, async () => {
    const { operation, repairs } = await one({ operationId: id })
    assert.equal(operation.name, name)
    assert.equal(repairs.length, 1)
  })

test('duplicate ids are numbered, and long ids are cut and end with a hash', async () => {
  const long = 'x'.repeat(96)
  const { spec } = await read(
    whole({
      '/a': { get: { ...list, operationId: 'Sales' }, post: { ...list, operationId: 'Sales' } },
      '/b': { get: { ...list, operationId: `${long}a` }, post: { ...list, operationId: `${long}b` } },
    }),
  )
  const names = spec.operations.map(({ name }) => name)
  assert.deepEqual(names.slice(0, 2), ['Sales', 'Sales_2'])
  assert.equal(new Set(names).size, 4)
  for (const name of names) assert.match(name, /^[A-Za-z0-9_-]{1,64}$/)
})

test('only 100 of 186 operations are kept, and the others are listed', async () => {
  const paths = Object.fromEntries(
    Array.from({ length: 186 }, (_, n) => [`/p${n}`, { get: { ...list, operationId: `op${n}` } }]),
  )
  const { spec, repairs } = await read(whole(paths))
  assert.equal(spec.operations.length, 100)
  assert.match(
    repairs.find(({ pointer }) => pointer === '/paths')?.message ?? '',
    /first 100 operations were kept.*op100, op101.* 36 more/,
  )
})

test('a query in a path becomes inputs and fixed pairs', async () => {
  const { operation } = await one(
    { parameters: [{ name: 'term', in: 'path', required: true, schema: { type: 'string' } }] },
    { path: '/find?q={term}&plugin=bolt' },
  )
  assert.equal(http(operation).path, '/find')
  assert.deepEqual(http(operation).query, [['plugin', 'bolt']])
  assert.deepEqual(http(operation).fields, [{ name: 'q', place: 'query', wireName: 'q' }])
  assert.deepEqual(operation.input.required, ['q'])
})

test('an undescribed template of the path is an input, and a path parameter without a template goes into the query', async () => {
  const { operation } = await one(
    { parameters: [{ name: 'other', in: 'path', required: true, schema: { type: 'string' } }] },
    { path: '/a/{id}' },
  )
  assert.deepEqual(
    http(operation).fields.map(({ name, place }) => [name, place]),
    [
      ['other', 'query'],
      ['id', 'path'],
    ],
  )
})

test('inputs with the same name in several places get different names', async () => {
  const { operation, repairs } = await one(
    {
      parameters: [
        { name: 'id', in: 'query', schema: { type: 'integer' } },
        { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
      ],
      ...body({ type: 'object', properties: { id: { type: 'boolean' } } }),
    },
    { path: '/a/{id}', method: 'post' },
  )
  assert.deepEqual(
    http(operation).fields.map(({ name, place, wireName }) => [
      name,
      place,
      wireName,
      properties(operation)[name]?.type,
    ]),
    [
      ['id', 'path', 'id', 'string'],
      ['query_id', 'query', 'id', 'integer'],
      ['body_id', 'body', 'id', 'boolean'],
    ],
  )
  assert.equal(repairs.length, 2)
})

test('headers that the host sets, and cookies, are not inputs', async () => {
  const names = [
    'openai-conversation-id',
    'openai-ephemeral-user-id',
    'Authorization',
    'Host',
    'Content-Type',
    'X-Forwarded-For',
    'X-Shop',
  ]
  const { operation } = await one({
    parameters: [
      ...names.map((name) => ({ name, in: 'header', required: true, schema: { type: 'string' } })),
      { name: 'session', in: 'cookie', schema: {} },
    ],
  })
  assert.deepEqual(Object.keys(properties(operation)), ['X-Shop'])
})

test('parameters of the path and of the operation are combined, also through references', async () => {
  const { spec } = await read(
    whole(
      {
        '/a': {
          parameters: [
            { $ref: '#/components/parameters/page' },
            { name: 'q', in: 'query', schema: { type: 'integer' } },
          ],
          get: { ...list, ...query({ type: 'string' }) },
        },
      },
      { components: { parameters: { page: { name: 'page', in: 'query', schema: { type: 'integer' } } } } },
    ),
  )
  assert.deepEqual(spec.operations[0]?.input.properties as object, { page: { type: 'integer' }, q: { type: 'string' } })
})

for (const [what, schema, wanted] of [
  ['int', { type: 'int' }, { type: 'integer' }],
  ['Float', { type: 'Float' }, { type: 'number' }],
  ['String', { type: 'String' }, { type: 'string' }],
  ['bool', { type: 'bool' }, { type: 'boolean' }],
  ['datetime', { type: 'datetime' }, { type: 'string', format: 'date-time' }],
  ['inetger', { type: 'inetger' }, { type: 'integer' }],
  ['a list of types', { type: ['string', 'integer'] }, { anyOf: [{ type: 'string' }, { type: 'integer' }] }],
  ['a list of types with null', { type: ['string', 'null'] }, { type: 'string' }],
  ['nullable', { type: 'string', nullable: true }, { type: 'string' }],
  [
    'anyOf with null',
    { anyOf: [{ type: 'integer', minimum: 1 }, { type: 'null' }], title: 'N' },
    { type: 'integer', minimum: 1 },
  ],
  [
    'exclusive limits of 3.0',
    { type: 'number', minimum: 1, exclusiveMinimum: true },
    { type: 'number', exclusiveMinimum: 1 },
  ],
  ['limits that exclude each other', { type: 'number', minimum: 5, maximum: 1 }, { type: 'number' }],
  ['const', { const: 'a' }, { type: 'string', enum: ['a'] }],
  [
    'numbers among the values of a text',
    { type: 'string', enum: [1, 'b', null] },
    { type: 'string', enum: ['1', 'b'] },
  ],
  ['a value with something hidden', { type: 'string', enum: ['a', 'b\u200B'] }, { type: 'string', enum: ['a'] }],
  ['a default of the wrong type', { type: 'integer', default: 'soon' }, { type: 'integer' }],
  ['a default as text', { type: 'integer', default: '5' }, { type: 'integer', default: 5 }],
  ['a pattern that cannot be run safely', { type: 'string', pattern: '(?=a)b' }, { type: 'string' }],
  ['a safe pattern', { type: 'string', pattern: '^[a-z]+$' }, { type: 'string', pattern: '^[a-z]+$' }],
  ['nothing', {}, { type: 'string' }],
  ['a word', 'integer', { type: 'integer' }],
  ['a list without items', { type: 'array' }, { type: 'array', items: {} }],
  ['allOf', { allOf: [{ type: 'string' }, { minLength: 2 }] }, { type: 'string', minLength: 2 }],
  ['a reference that does not exist', { $ref: '#/components/schemas/Gone' }, { type: 'string' }],
  ['a reference out of the document', { $ref: 'https://other.test/schema.yaml#/a' }, { type: 'string' }],
  ['a reference to a file', { $ref: 'file:///etc/passwd' }, { type: 'string' }],
  ['a reference into the wrong folder', { $ref: '#/components/schema/Size' }, { type: 'integer' }],
  ['a reference that is a type', { $ref: 'string' }, { type: 'string' }],
] as [string, unknown, unknown][])
  test(`the schema of an input: ${what}`, async () => {
    const { operation } = await one(query(schema), { more: { components: { schemas: { Size: { type: 'integer' } } } } })
    assert.deepEqual(properties(operation).q, wanted)
  })

test('required: true in a property is moved to the object, and its place is reported', async () => {
  const { operation, pointers } = await one(
    body({
      type: 'object',
      properties: { todo: { type: 'string', required: true }, note: { type: 'string', required: false } },
    }),
    { method: 'post' },
  )
  assert.deepEqual(operation.input.required, ['todo'])
  assert.deepEqual(pointers, ['/paths/~1a/post/requestBody/content/application~1json/schema/properties/todo/required'])
})

test('a circular reference is cut, and everything before the circle is kept', async () => {
  const more = {
    components: {
      schemas: {
        Node: {
          type: 'object',
          properties: { name: { type: 'string' }, child: { $ref: '#/components/schemas/Node' } },
        },
      },
    },
  }
  const { operation, repairs } = await one(body({ $ref: '#/components/schemas/Node' }), { method: 'post', more })
  assert.deepEqual(properties(operation), { name: { type: 'string' }, child: {} })
  assert.match(repairs.join(' '), /refers to itself/)
})

test('read-only properties are not inputs, and allOf becomes one object', async () => {
  const more = {
    components: {
      schemas: {
        Base: {
          type: 'object',
          required: ['id', 'a'],
          properties: { id: { type: 'string', readOnly: true }, a: { type: 'string' } },
        },
      },
    },
  }
  const { operation } = await one(
    body({
      allOf: [{ $ref: '#/components/schemas/Base' }, { properties: { b: { type: 'integer' } }, required: ['b'] }],
    }),
    { method: 'post', more },
  )
  assert.deepEqual(properties(operation), { a: { type: 'string' }, b: { type: 'integer' } })
  assert.deepEqual(operation.input.required, ['a', 'b'])
})

test('null is kept where it means something: for required inputs, and in a PATCH', async () => {
  const schema = {
    type: 'object',
    required: ['a'],
    properties: { a: { type: 'string', nullable: true }, b: { type: 'string', nullable: true } },
  }
  const orNull = { anyOf: [{ type: 'string' }, { type: 'null' }] }
  assert.deepEqual(properties((await one(body(schema), { method: 'post' })).operation), {
    a: orNull,
    b: { type: 'string' },
  })
  assert.deepEqual(properties((await one(body(schema), { method: 'patch' })).operation), { a: orNull, b: orNull })
})

for (const [what, operation, method, wanted, fields] of [
  ['an object', body({ type: 'object', properties: { a: {} } }), 'post', { mediaType: 'application/json' }, ['a']],
  [
    'JSON under another name',
    body({ type: 'object', properties: { a: {} } }, 'text/json'),
    'post',
    { mediaType: 'text/json' },
    ['a'],
  ],
  [
    'a list',
    body({ type: 'array', items: { type: 'string' } }),
    'post',
    { mediaType: 'application/json', whole: 'body' },
    ['body'],
  ],
  [
    'an object of any names',
    body({ type: 'object' }),
    'post',
    { mediaType: 'application/json', whole: 'body' },
    ['body'],
  ],
  [
    'one of two objects',
    body({
      oneOf: [{ properties: { a: { type: 'string' } }, required: ['a'] }, { properties: { b: { type: 'string' } } }],
    }),
    'post',
    { mediaType: 'application/json' },
    ['a', 'b'],
  ],
  [
    'a form',
    body({ type: 'object', properties: { a: {} } }, 'application/x-www-form-urlencoded'),
    'post',
    { mediaType: 'application/x-www-form-urlencoded' },
    ['a'],
  ],
  [
    'a form in parts',
    body({ type: 'object', properties: { a: {} } }, 'multipart/form-data'),
    'post',
    { mediaType: 'multipart/form-data' },
    ['a'],
  ],
  ['text', body({ type: 'string' }, 'text/plain'), 'post', { mediaType: 'text/plain', whole: 'body' }, ['body']],
  [
    'a body of a DELETE',
    body({ type: 'object', properties: { a: {} } }),
    'delete',
    { mediaType: 'application/json' },
    ['a'],
  ],
  ['a body of a GET', body({ type: 'object', properties: { a: {} } }), 'get', undefined, ['a']],
  [
    'a parameter in the body',
    { parameters: [{ name: 'x', in: 'body', schema: { properties: { a: {} } } }] },
    'post',
    { mediaType: 'application/json' },
    ['a'],
  ],
] as [string, object, string, object | undefined, string[]][])
  test(`a body that is ${what}`, async () => {
    const target = http((await one(operation, { method })).operation)
    assert.deepEqual(target.body, wanted)
    assert.deepEqual(
      target.fields.map(({ name }) => name),
      fields,
    )
  })

test('an operation that takes an image is left out', async () => {
  const { spec, repairs } = await read(
    whole({ '/a': { get: list, put: { ...list, operationId: 'put', ...body({}, 'image/png') } } }),
  )
  assert.deepEqual(
    spec.operations.map(({ name }) => name),
    ['list'],
  )
  assert.match(repairs.map(({ message }) => message).join(), /image\/png/)
})

for (const [what, parameter, wanted] of [
  ['as OpenAPI 3 has it', { schema: { type: 'array', items: {} } }, { list: 'repeated' }],
  ['with commas', { schema: { type: 'array', items: {} }, explode: false }, { list: 'comma' }],
  ['in a style that is not for a query', { schema: { type: 'array', items: {} }, style: 'simple' }, { list: 'comma' }],
  ['as Swagger 2 has it', { type: 'array', items: {} }, { list: 'comma' }],
  ['repeated, in Swagger 2', { type: 'array', items: {}, collectionFormat: 'multi' }, { list: 'repeated' }],
  ['with bars', { schema: { type: 'array', items: {} }, style: 'pipeDelimited' }, { list: 'bar' }],
  ['an object', { schema: { type: 'object', properties: { a: {} } } }, { object: 'members' }],
  [
    'an object with brackets',
    { schema: { type: 'object', properties: { a: {} } }, style: 'deepObject' },
    { object: 'brackets' },
  ],
  ['JSON', { content: { 'application/json': { schema: { type: 'object' } } } }, { object: 'json' }],
] as [string, object, object][])
  test(`how a list or an object goes into the query: ${what}`, async () => {
    const { operation } = await one({ parameters: [{ name: 'q', in: 'query', ...parameter }] })
    assert.deepEqual(http(operation).fields, [{ name: 'q', place: 'query', wireName: 'q', ...wanted }])
  })

for (const [what, servers, wanted, at, of] of [
  ['one with a slash at its end', [{ url: 'https://shop.test/v1/' }], 'https://shop.test/v1'],
  ['none', undefined, 'https://shop.test'],
  ['an empty list', [], 'https://shop.test'],
  ['a relative one', [{ url: '/v2' }], 'https://shop.test/v2'],
  ['one below the domain', [{ url: 'https://other.test' }, { url: 'https://api.shop.test' }], 'https://api.shop.test'],
  [
    'one beside it',
    [{ url: 'https://api.shop.test' }],
    'https://api.shop.test',
    'https://docs.shop.test/o',
    'https://docs.shop.test/.well-known/ai-plugin.json',
  ],
  [
    'one of somebody else on the same platform',
    [{ url: 'https://bob.github.io' }],
    'https://alice.github.io',
    'https://alice.github.io/o',
    'https://alice.github.io/.well-known/ai-plugin.json',
  ],
  [
    'this machine first, in a published spec',
    [{ url: 'http://localhost:8000' }, { url: 'https://shop.test/api' }],
    'https://shop.test/api',
  ],
  [
    'this machine alone',
    [{ url: 'http://127.0.0.1:8000' }, { url: 'http://192.168.1.1' }, { url: 'http://169.254.169.254' }],
    'https://shop.test',
  ],
  [
    'this machine, for a plugin that is there',
    [{ url: 'http://127.0.0.1:8000' }],
    'http://127.0.0.1:8000',
    'http://localhost:8000/o',
    'http://localhost:8000/.well-known/ai-plugin.json',
  ],
  [
    'variables',
    [{ url: 'https://{region}.shop.test/{base}', variables: { region: { default: 'eu' }, base: { enum: ['v3'] } } }],
    'https://eu.shop.test/v3',
  ],
  ['a placeholder', [{ url: 'https://your-app.example.com' }], 'https://shop.test'],
  ['one without its beginning', ['shop.test/v1'], 'https://shop.test/v1'],
  ['one without encryption', [{ url: 'http://shop.test' }], 'https://shop.test'],
  ['one with a password', [{ url: 'https://a:b@shop.test/x' }], 'https://shop.test'],
] as [string, unknown, string, string?, string?][])
  test(`the server that is called where the spec names ${what}`, async () => {
    const { spec } = await read(
      whole({ '/a': { get: list } }, { servers }),
      at,
      of === undefined ? manifest : { url: of },
    )
    assert.equal(spec.server, wanted)
  })

test('servers inside info are read', async () => {
  const { spec } = await read(
    whole({ '/a': { get: list } }, { servers: undefined, info: { servers: [{ url: 'https://shop.test/x' }] } }),
  )
  assert.equal(spec.server, 'https://shop.test/x')
})

test('servers on other domains are reported and not called', async () => {
  const { spec, repairs } = await read(whole({ '/a': { get: list } }, { servers: [{ url: 'https://evil.test' }] }))
  assert.equal(spec.server, 'https://shop.test')
  assert.deepEqual(spec.passedOver, ['https://evil.test'])
  assert.match(repairs[0]?.message ?? '', /No server is on the plugin's domain, shop\.test \(https:\/\/evil\.test\)/)
})

test('Swagger 2 is read without conversion', async () => {
  const { spec } = await read({
    swagger: '2.0',
    info: { title: 'Pets' },
    host: 'api.shop.test',
    basePath: '/v2',
    schemes: ['http', 'https'],
    paths: {
      '/pets/{id}': {
        post: {
          operationId: 'pet',
          consumes: ['application/x-www-form-urlencoded'],
          parameters: [
            { name: 'id', in: 'path', required: true, type: 'integer', format: 'int64' },
            { name: 'tags', in: 'query', type: 'array', items: { type: 'string' }, collectionFormat: 'csv' },
            { name: 'name', in: 'formData', type: 'string', required: true },
          ],
        },
        put: {
          operationId: 'change',
          parameters: [{ name: 'pet', in: 'body', required: true, schema: { $ref: '#/definitions/Pet' } }],
        },
      },
    },
    definitions: { Pet: { type: 'object', properties: { name: { type: 'string' } } } },
  })
  assert.equal(spec.server, 'https://api.shop.test/v2')
  const [form, json] = spec.operations as [DocumentOperation, DocumentOperation]
  assert.equal(http(form).body?.mediaType, 'application/x-www-form-urlencoded')
  assert.deepEqual(form.input.required, ['id', 'name'])
  assert.deepEqual(properties(json), { name: { type: 'string' }, id: { type: 'string' } })
})

test('invisible characters are removed from texts, and long texts are cut', async () => {
  const hidden = [...'steal'].map((letter) => String.fromCodePoint(0xe0000 + letter.charCodeAt(0))).join('')
  const { operation } = await one({
    summary: 'Two\nlines',
    description: `Finds\u202E things.${hidden}${'x'.repeat(400)}`,
    ...query({ type: 'string', description: 'y'.repeat(900) }, { description: 'z\u0007'.repeat(900) }),
  })
  assert.equal(operation.title, 'Two lines')
  assert.equal(operation.description.length, 300)
  assert.ok(operation.description.startsWith('Finds things.xxx'))
  assert.equal(String(properties(operation).q?.description).length, 700)
  assert.ok(!/[\p{Cf}\u{E0000}-\u{E0FFF}]/u.test(JSON.stringify(operation)))
})

test('x-openai-isConsequential is read, and is undefined where it is missing', async () => {
  const flag = async (value: unknown) => (await one({ 'x-openai-isConsequential': value })).operation.isConsequential
  assert.deepEqual(
    [await flag(true), await flag('true'), await flag(false), await flag(undefined)],
    [true, true, false, undefined],
  )
})

for (const [what, security, schemes, wanted] of [
  ['a bearer', [{ a: [] }], { a: { type: 'http', scheme: 'bearer' } }, { type: 'user_http', scheme: 'bearer' }],
  ['name and password', [{ a: [] }], { a: { type: 'http', scheme: 'basic' } }, { type: 'user_http', scheme: 'basic' }],
  [
    'a key in a header',
    [{ a: [] }],
    { a: { type: 'apiKey', in: 'header', name: 'X-Key' } },
    { type: 'user_http', keyHeader: 'X-Key' },
  ],
  ['schemes that are used nowhere', undefined, { a: { type: 'http', scheme: 'bearer' } }, { type: 'user_http' }],
  ['schemes that are expressly not used', [], { a: { type: 'http', scheme: 'bearer' } }, { type: 'none' }],
  ['nothing', undefined, undefined, { type: 'none' }],
] as [string, unknown, object | undefined, object][])
  test(`a spec without a manifest says how users sign in: ${what}`, async () => {
    const { spec } = await read(
      whole({ '/a': { get: list } }, { security, components: { securitySchemes: schemes } }),
      url,
      undefined,
    )
    const { auth, name, source } = toPluginDocument(undefined, spec, url)
    assert.deepEqual({ ...auth, ...wanted }, auth)
    assert.deepEqual([name, source], ['Shop', 'spec'])
  })

test('OAuth of a spec without a manifest has its URLs and the scopes of its operations', async () => {
  const flows = {
    authorizationCode: {
      authorizationUrl: '/authorize',
      tokenUrl: 'https://id.test/token',
      scopes: { read: '', write: '' },
    },
  }
  const { spec } = await read(
    whole(
      { '/a': { get: { ...list, security: [{ o: ['read'] }] } } },
      { components: { securitySchemes: { o: { type: 'oauth2', flows } } } },
    ),
    url,
    undefined,
  )
  assert.deepEqual(toPluginDocument(undefined, spec, url).auth.oauth, {
    authorizationUrl: 'https://shop.test/authorize',
    tokenUrl: 'https://id.test/token',
    scope: 'read',
    contentType: 'application/x-www-form-urlencoded',
  })
})

test('a spec without a manifest that expects its key in the query is refused', async () => {
  const { spec } = await read(
    whole(
      { '/a': { get: list } },
      { security: [{ a: [] }], components: { securitySchemes: { a: { type: 'apiKey', in: 'query', name: 'key' } } } },
    ),
    url,
    undefined,
  )
  assert.throws(() => toPluginDocument(undefined, spec, url), /"key" in the query.*Authorization: Bearer/)
})

for (const [what, schema, wanted] of [
  ['choices', { type: 'integer', enum: [1, 'BIG'] }, { type: 'integer' }],
  ['choices as texts', { type: 'integer', enum: ['"BIG"'] }, { type: 'integer' }],
  ['choices of an unnamed type', { enum: ['BIG'] }, { type: 'string' }],
  ['a constant', { type: 'integer', const: 'BIG' }, { type: 'integer' }],
  ['a text that YAML reads as a number', { type: 'string', enum: ['BIG'], default: 'BIG' }, { type: 'string' }],
  ['a default', { type: 'integer', default: 'BIG', example: 'BIG' }, { type: 'integer' }],
  [
    'a default inside',
    { type: 'array', items: { type: 'integer' }, default: ['BIG'] },
    { type: 'array', items: { type: 'integer' } },
  ],
] as const)
  test(`a whole number above 2^53 that cannot be read exactly is neither shown nor required: ${what}`, async () => {
    const json = JSON.stringify(whole({ '/a': { get: { ...list, ...query(schema) } } }))
    for (const number of ['9007199254740993', '-12345678901234567890']) {
      const text = json.replaceAll('"\\"BIG\\""', `"${number}"`).replaceAll('"BIG"', number)
      const [operation] = (await read(text)).spec.operations
      assert.deepEqual(properties(operation as DocumentOperation).q, wanted)
    }
  })

test('a file of a form is recognised in each version of OpenAPI', async () => {
  const binary = { type: 'string', format: 'binary' }
  for (const [schema, encoding, wanted] of [
    [binary, undefined, {}],
    [{ type: 'array', items: binary }, undefined, {}],
    [{ anyOf: [binary, { type: 'null' }] }, undefined, {}],
    [{ type: ['string', 'null'], format: 'binary' }, undefined, {}],
    [{ type: 'string', contentMediaType: 'application/octet-stream' }, undefined, {}],
    [{ contentMediaType: 'image/png' }, undefined, {}],
    [{ type: 'file' }, undefined, {}],
    [binary, 'image/png', { type: 'image/png' }],
    [binary, 'image/png, image/jpeg', {}],
    [{ type: 'string' }, 'image/*', {}],
    [{ type: 'string' }, undefined, undefined],
    [{ type: 'string', format: 'byte' }, undefined, undefined],
    [{ type: 'string', contentEncoding: 'base64', contentMediaType: 'image/png' }, undefined, undefined],
    [{ type: 'object', properties: { a: binary } }, 'application/json', undefined],
  ] as const) {
    const content = {
      schema: { type: 'object', properties: { a: schema } },
      ...(encoding && { encoding: { a: { contentType: encoding } } }),
    }
    const requestBody = { content: { 'multipart/form-data': content } }
    const [field] = http((await one({ requestBody }, { method: 'post' })).operation).fields
    assert.deepEqual(field?.file, wanted, JSON.stringify([schema, encoding]))
  }
  const parameters = [{ name: 'a', in: 'formData', type: 'file' }]
  const swagger = http((await one({ parameters, consumes: ['multipart/form-data'] }, { method: 'post' })).operation)
  assert.deepEqual(swagger.fields[0]?.file, {})
})
