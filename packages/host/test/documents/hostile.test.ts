import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  checkArguments,
  DocumentRefused,
  RequestRefused,
  readManifest,
  readSpec,
  type Schema,
  toPluginDocument,
  toRequest,
  toTool,
} from '../../src/documents/index.ts'

const url = 'https://shop.example/openapi.yaml'
const operation = (more: Schema = {}): Schema => ({
  operationId: 'read',
  summary: 'Read',
  responses: { 200: { description: 'ok' } },
  ...more,
})
const spec = (paths: Schema, more: Schema = {}): string =>
  JSON.stringify({
    openapi: '3.1.0',
    info: { title: 'Shop', version: '1' },
    servers: [{ url: 'https://shop.example' }],
    paths,
    ...more,
  })
const manifest = (more: Schema = {}): string =>
  JSON.stringify({
    schema_version: 'v1',
    name_for_human: 'Shop',
    name_for_model: 'shop',
    description_for_human: 'x',
    description_for_model: 'x',
    auth: { type: 'none' },
    api: { type: 'openapi', url },
    logo_url: 'https://shop.example/l.png',
    contact_email: 'a@shop.example',
    legal_info_url: 'https://shop.example/legal',
    ...more,
  })
const toDocument = async (text: string) =>
  toPluginDocument(
    readManifest(manifest(), 'https://shop.example/.well-known/ai-plugin.json').manifest,
    (await readSpec(text, url)).spec,
    'shop.example',
  )

/** Ends well or with a refusal, soon, and with the event loop free meanwhile. */
async function ends(text: string): Promise<'read' | 'refused'> {
  const start = performance.now()
  let [longestStop, last] = [0, performance.now()]
  const timer = setInterval(() => {
    longestStop = Math.max(longestStop, performance.now() - last)
    last = performance.now()
  }, 5)
  try {
    const document = await toDocument(text)
    for (const one of document.operations) JSON.stringify(toTool(document, one))
    return 'read'
  } catch (error) {
    assert.ok(error instanceof DocumentRefused, (error as Error).stack)
    return 'refused'
  } finally {
    clearInterval(timer)
    assert.ok(performance.now() - start < 5_000, `${performance.now() - start} ms`)
    assert.ok(longestStop < 2_000, `nothing else was done for ${longestStop} ms`)
  }
}

const laughs = (levels: number): string => {
  const lines = [
    'openapi: 3.1.0',
    'info: {title: x, version: "1"}',
    'x-a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]',
  ]
  for (let level = 1; level <= levels; level++)
    lines.push(
      `x-a${level}: &a${level} [${Array(9)
        .fill(`*a${level - 1}`)
        .join(', ')}]`,
    )
  return lines.join('\n')
}
const many = (count: number): string =>
  `openapi: 3.1.0\ninfo: {title: x, version: "1"}\npaths:\n${Array.from({ length: count }, (_, index) => `  /p${index}:\n    get: {operationId: o${index}, responses: {200: {description: ok}}}`).join('\n')}`
const references = (levels: number, each: number): string =>
  spec(
    {
      '/a': {
        post: operation({
          requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/s0' } } } },
        }),
      },
    },
    {
      components: {
        schemas: Object.fromEntries(
          Array.from({ length: levels }, (_, level) => [
            `s${level}`,
            {
              type: 'object',
              properties: Object.fromEntries(
                Array.from({ length: each }, (_, index) => [
                  `p${index}`,
                  { $ref: `#/components/schemas/s${level + 1}` },
                ]),
              ),
            },
          ]),
        ),
      },
    },
  )

for (const [name, text] of [
  ['aliases that grow nine-fold at each of nine levels', laughs(9)],
  [
    'thirty thousand anchors',
    `openapi: 3.1.0\n${Array.from({ length: 30_000 }, (_, index) => `x${index}: &a${index} 1`).join('\n')}`,
  ],
  ['a flat document of ten thousand paths', many(10_000)],
  ['brackets a hundred thousand deep', `{"openapi":"3.1.0","paths":${'['.repeat(100_000)}`],
  ['references that grow nine-fold at each of twelve levels', references(12, 9)],
  [
    'a schema that contains itself',
    spec(
      {
        '/a': {
          post: operation({
            requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/a' } } } },
          }),
        },
      },
      {
        components: {
          schemas: {
            a: {
              type: 'object',
              properties: { a: { $ref: '#/components/schemas/a' }, b: { allOf: [{ $ref: '#/components/schemas/a' }] } },
            },
          },
        },
      },
    ),
  ],
  [
    'a reference to a file of the machine',
    spec({
      '/a': { $ref: 'file:///etc/passwd' },
      '/b': { get: operation({ parameters: [{ $ref: 'http://169.254.169.254/latest' }] }) },
    }),
  ],
  [
    'a schema two thousand deep',
    spec({
      '/a': {
        post: operation({
          requestBody: {
            content: {
              'application/json': {
                schema: Array.from({ length: 2_000 }).reduce<Schema>(
                  (inner) => ({ type: 'object', properties: { a: inner } }),
                  { type: 'string' },
                ),
              },
            },
          },
        }),
      },
    }),
  ],
  ['five megabytes of one text', spec({ '/a': { get: operation({ description: 'x'.repeat(4_900_000) }) } })],
] as const)
  test(`${name} end soon`, { timeout: 20_000 }, async () => {
    await ends(text)
  })

test('nothing of a file that a reference names is read', async () => {
  const document = await toDocument(
    spec({
      '/a': {
        get: operation({
          parameters: [{ $ref: 'file:///etc/passwd' }, { name: 'q', in: 'query', schema: { $ref: '/etc/hostname' } }],
        }),
      },
    }),
  )
  assert.ok(!/root:|x:0:0/.test(JSON.stringify(document)))
})

test('names that every object has are names like others, or none', async () => {
  const frozen = JSON.stringify(Object.getOwnPropertyNames(Object.prototype))
  for (const name of ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']) {
    const text = `{"openapi":"3.1.0","info":{"title":"x","version":"1"},"${name}":{"polluted":true},"servers":[{"url":"https://shop.example"}],"paths":{"/${name}":{"get":{"operationId":"${name}","parameters":[{"name":"${name}","in":"query","schema":{"type":"object","properties":{"${name}":{"type":"string"}}}}],"responses":{"200":{"description":"ok"}}}},"/b":{"post":{"operationId":"b","requestBody":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/${name}"}}}},"responses":{}}}},"components":{"schemas":{"${name}":{"type":"object","properties":{"${name}":{"type":"string"},"polluted":{"type":"string"}}}}}}`
    await ends(text)
    assert.equal(({} as { polluted?: unknown }).polluted, undefined)
    assert.equal(JSON.stringify(Object.getOwnPropertyNames(Object.prototype)), frozen)
  }
})

test('a pattern that takes for ever is not run', { timeout: 20_000 }, async () => {
  for (const pattern of ['^(a+)+$', '(a|aa)+$', '((a{1000}){1000}){1000}', '(?=a)b', '(a)\\1']) {
    const document = await toDocument(
      spec({
        '/a': { get: operation({ parameters: [{ name: 'q', in: 'query', schema: { type: 'string', pattern } }] }) },
      }),
    )
    const start = performance.now()
    checkArguments(document.operations[0] as never, { q: `${'a'.repeat(50_000)}!` })
    assert.ok(performance.now() - start < 1_000, `${pattern}: ${performance.now() - start} ms`)
  }
})

test('what cannot be seen is not told to the model', async () => {
  const hidden = 'Reads\u200b\u202e\u2066\u0000\u{e0041}\u{e0042} things\ufeff'
  const document = await toDocument(
    spec({
      '/a': {
        get: operation({
          summary: hidden,
          description: hidden,
          parameters: [{ name: 'q', in: 'query', description: hidden, schema: { type: 'string', enum: ['a'] } }],
        }),
      },
    }),
  )
  const told = JSON.stringify(toTool(document, document.operations[0] as never))
  for (const sign of ['\u200b', '\u202e', '\u2066', '\u0000', '\\u0000', '\ufeff', '\u{e0041}'])
    assert.ok(!told.includes(sign), told)
})

test('no argument leads to another path or host', async () => {
  const document = await toDocument(
    spec({
      '/a/{id}/b': {
        get: operation({
          parameters: [
            { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
            { name: 'q', in: 'query', schema: { type: 'string' } },
          ],
        }),
      },
    }),
  )
  const one = document.operations[0] as never
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.constantFrom(
          '..',
          '.',
          '../..',
          '%2e%2e',
          '/',
          '//evil.example',
          '\\',
          '?a=b',
          '#',
          'a/../..',
          '@evil.example',
          ';',
          '\u2025',
        ),
      ),
      fc.string(),
      (id, q) => {
        try {
          const { url: target } = toRequest(document, one, { id, q })
          const { origin, pathname } = new URL(target)
          assert.equal(origin, 'https://shop.example')
          assert.match(pathname, /^\/a\/[^/]*\/b$/)
          assert.equal([...new URL(target).searchParams.keys()].join(), 'q')
        } catch (error) {
          assert.ok(error instanceof RequestRefused, String(error))
        }
      },
    ),
    { numRuns: 2_000 },
  )
})

test('garbage, and documents with something changed in them, are read or refused', { timeout: 60_000 }, async () => {
  const good = [
    manifest(),
    spec({
      '/a/{b}': {
        get: operation({ parameters: [{ name: 'b', in: 'path', required: true, schema: { type: 'string' } }] }),
        post: operation({
          operationId: 'add',
          requestBody: {
            content: {
              'application/json': { schema: { type: 'object', properties: { c: { type: 'integer', enum: [1, 2] } } } },
            },
          },
        }),
      },
    }),
  ]
  const changed = fc
    .tuple(
      fc.constantFrom(...good),
      fc.array(
        fc.tuple(
          fc.nat(),
          fc.nat(20),
          fc.oneof(fc.string(), fc.constantFrom('{', '}', '[', ']', '"', ',', ':', 'null', '\n', '$ref', '\u0000')),
        ),
        { minLength: 1, maxLength: 6 },
      ),
    )
    .map(([text, changes]) =>
      changes.reduce(
        (now, [at, length, put]) =>
          `${now.slice(0, at % (now.length + 1))}${put}${now.slice((at % (now.length + 1)) + length)}`,
        text,
      ),
    )
  const odd = fc.json({ maxDepth: 5 }).map((text) => text.replaceAll('"a', '"paths').replaceAll('"b', '"openapi'))
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        changed,
        odd,
        fc.string({ maxLength: 300 }),
        fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
      ),
      async (text) => {
        for (const read of [() => readManifest(text, url), () => toDocument(text)])
          try {
            await read()
          } catch (error) {
            assert.ok(error instanceof DocumentRefused, `${(error as Error).stack}\n${text}`)
          }
      },
    ),
    { numRuns: 3_000, seed: Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31) },
  )
})
