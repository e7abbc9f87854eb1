import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DocumentRefused, domainFaults, readManifest, readSpecNow, toPluginDocument } from '@reference-plugins/reader'
import { character } from '@reference-plugins/testing/fuzz'
import fc from 'fast-check'
import { toNamespace } from '../../src/tools/namespace.ts'
import { toTool } from '../../src/tools/tool.ts'

const url = 'https://shop.test/.well-known/ai-plugin.json'
const runs = { numRuns: Number(process.env.FUZZ_DOCUMENTS ?? 300) }

function readsOrRefuses(read: () => void): void {
  try {
    read()
  } catch (error) {
    assert.ok(error instanceof DocumentRefused, String((error as Error).stack))
    assert.match(error.message, /^[A-Z].{10,}[.!…]$/s)
  }
}

const readAll = (text: string): void => {
  readsOrRefuses(() => void readManifest(text, url))
  readsOrRefuses(() => {
    const document = toPluginDocument(undefined, readSpecNow(text, 'https://shop.test/o.yaml', undefined).spec, url)
    for (const operation of document.operations) assert.ok(toTool(document, operation).strict)
    domainFaults(url, document)
    toNamespace(document)
  })
}

const manifest = {
  schema_version: 'v1',
  name_for_human: 'Shop',
  name_for_model: 'shop',
  description_for_human: 'Finds things.',
  description_for_model: 'Plugin for finding things.',
  auth: {
    type: 'oauth',
    client_url: 'https://a.test/a',
    authorization_url: 'https://a.test/t',
    scope: '',
    verification_tokens: { openai: 'x' },
  },
  api: { type: 'openapi', url: 'https://shop.test/openapi.yaml' },
  logo_url: 'https://shop.test/logo.png',
  contact_email: 'help@shop.test',
  legal_info_url: 'https://shop.test/legal',
}
const spec = {
  openapi: '3.0.1',
  info: { title: 'Shop', version: 'v1', description: 'd' },
  servers: [{ url: 'https://{r}.shop.test/v1', variables: { r: { default: 'eu' } } }],
  paths: {
    '/a/{id}': {
      parameters: [{ $ref: '#/components/parameters/p' }],
      post: {
        operationId: 'a',
        description: 'd',
        parameters: [
          { name: 'id', in: 'path', required: true, schema: { type: 'string', enum: ['a', 'b'], pattern: '^a' } },
        ],
        requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/s' } } } },
        security: [{ o: ['read'] }],
      },
    },
  },
  components: {
    parameters: {
      p: {
        name: 'p',
        in: 'query',
        style: 'form',
        explode: false,
        schema: { type: 'array', items: { type: 'integer', minimum: 1, maximum: 9 } },
      },
    },
    schemas: {
      s: {
        allOf: [
          {
            type: 'object',
            required: ['x'],
            properties: {
              x: { anyOf: [{ type: 'string' }, { type: 'null' }] },
              y: { type: 'object', additionalProperties: { type: 'number' } },
            },
          },
        ],
      },
    },
    securitySchemes: {
      o: {
        type: 'oauth2',
        flows: { authorizationCode: { authorizationUrl: '/a', tokenUrl: '/t', scopes: { read: '' } } },
      },
    },
  },
}

/** The document with the value at one of its places replaced, or under another name. */
function changed(document: unknown, place: number, value: unknown, rename: string | undefined): unknown {
  let at = 0
  const walk = (node: unknown): unknown => {
    if (at++ === place) return value
    if (Array.isArray(node)) return node.map(walk)
    if (node === null || typeof node !== 'object') return node
    return Object.fromEntries(
      Object.entries(node).map(([name, one]) => [at === place - 1 && rename !== undefined ? rename : name, walk(one)]),
    )
  }
  return walk(document)
}

const odd = fc.oneof(
  fc.anything({ maxDepth: 3 }),
  fc.constantFrom(
    '',
    ' ',
    '\u202E',
    '{',
    '#/paths',
    '$ref',
    -1,
    Number.MAX_VALUE,
    null,
    true,
    [],
    {},
    '../..',
    'http://',
    'https://127.0.0.1',
    '{x}',
    '__proto__',
    { $ref: '#' },
    { $ref: '#/components/schemas/s' },
    'x'.repeat(5_000),
  ),
)

test('garbage is read or refused, and nothing else', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: character, maxLength: 300 }), fc.json(), fc.string()), readAll),
    runs,
  )
})

test('a document with one odd value is read or refused, and nothing else', () => {
  fc.assert(
    fc.property(
      fc.constantFrom<unknown>(manifest, spec),
      fc.nat(90),
      odd,
      fc.option(fc.constantFrom('__proto__', 'constructor', '$ref', 'allOf', 'get', '/x', '', 'x'.repeat(300)), {
        nil: undefined,
      }),
      (document, place, value, rename) => {
        let text: string | undefined
        try {
          text = JSON.stringify(changed(document, place, value, rename))
        } catch {
          // Some values have no JSON.
        }
        if (text !== undefined) readAll(text)
      },
    ),
    runs,
  )
})

test('a document with characters lost or changed is read or refused, and nothing else', () => {
  const texts = [
    JSON.stringify(manifest, null, 2),
    JSON.stringify(spec, null, 2),
    'openapi: 3.0.1\npaths:\n  /a:\n    get:\n      operationId: a\n      parameters: [{name: q, in: query, schema: {type: string}}]\n',
  ]
  fc.assert(
    fc.property(
      fc.constantFrom(...texts),
      fc.nat(),
      fc.nat(20),
      fc.string({ maxLength: 4, unit: character }),
      (text, at, length, more) => {
        const start = at % text.length
        readAll(text.slice(0, start) + more + text.slice(start + length))
      },
    ),
    runs,
  )
})
