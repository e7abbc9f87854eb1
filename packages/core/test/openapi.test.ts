import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { validate } from '@readme/openapi-parser'
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { Validator } from '@seriousme/openapi-schema-validator'
import spectral from '@stoplight/spectral-core'
import rulesets from '@stoplight/spectral-rulesets'
import { load } from 'js-yaml'
import { parse } from 'yaml'
import { z } from 'zod'
import { documentFiles } from '../src/documents.ts'
import { definePlugin, none, operation, type Plugin, text } from '../src/index.ts'
import { toSpec } from '../src/openapi.ts'
import { oauthShop, openShop, operations, publicUrl, serviceShop, userShop } from './fixture.ts'
import { serveMcp } from './mcp-fixture.ts'

const shops: Record<string, Plugin> = {
  none: openShop(),
  service_http: serviceShop(),
  user_http: userShop(() => true),
  oauth: oauthShop(),
}
const validator = new Validator()
const config = await createConfig({ extends: ['recommended'] })
const linter = new spectral.Spectral()
linter.setRuleset({ extends: [[rulesets.oas as never, 'recommended']], rules: {} } as never)
const versions = { 'openapi.json': '3.1.0', 'openapi-3.0.json': '3.0.3' } as const

interface Published {
  files: Record<string, string>
  url: string
  isOpen: boolean
}

const published: Record<string, Published> = {}
for (const [auth, shop] of Object.entries(shops))
  published[auth] = { files: documentFiles(shop, publicUrl), url: publicUrl, isOpen: auth === 'none' }
// And the generated files of the plugins here.
const plugins = new URL('../../../plugins/', import.meta.url)
for (const name of readdirSync(plugins)) {
  const files = Object.fromEntries(
    ['openapi.json', 'openapi.yaml', 'openapi-3.0.json'].map((file) => [
      file,
      readFileSync(new URL(`${name}/generated/${file}`, plugins), 'utf8'),
    ]),
  )
  const { servers, security } = JSON.parse(files['openapi.json'] as string)
  published[name] = { files, url: servers[0].url, isOpen: security.length === 0 }
}

for (const [auth, { files, url, isOpen }] of Object.entries(published)) {
  test(`${auth}: YAML and JSON are the same document, for old and new readers of YAML`, () => {
    const json = JSON.parse(files['openapi.json'] as string)
    assert.deepEqual(parse(files['openapi.yaml'] as string), json)
    assert.deepEqual(parse(files['openapi.yaml'] as string, { version: '1.1' }), json)
    assert.deepEqual(load(files['openapi.yaml'] as string), json)
  })

  for (const [file, version] of Object.entries(versions)) {
    const text = files[file] as string

    test(`${auth}: ${version} is valid for two validators, and without errors in Redocly and Spectral`, async () => {
      const document = JSON.parse(text)
      assert.equal(document.openapi, version)
      const readme = await validate(structuredClone(document))
      assert.ok(readme.valid, JSON.stringify(readme))
      const seriousme = await validator.validate(structuredClone(document))
      assert.ok(seriousme.valid, JSON.stringify(seriousme.errors))

      const redocly = await lintFromString({ source: text, absoluteRef: '/openapi.json', config })
      assert.deepEqual(
        redocly.filter(({ severity }) => severity === 'error').map(({ message }) => message),
        [],
      )

      const found = await linter.run(document)
      assert.deepEqual(
        found
          .filter(({ severity }) => severity === 0)
          .map(({ code, path, message }) => [code, path.join('.'), message]),
        [],
      )
    })

    test(`${auth}: ${version} uses only what every assistant reads`, () => {
      const document = JSON.parse(text)
      assert.deepEqual(document.servers, [{ url }])
      assert.ok(document.info.title && document.info.description)
      assert.equal(typeof document.components.schemas, 'object')
      const schemes = Object.entries(document.components.securitySchemes ?? {})
      assert.equal(schemes.length, isOpen ? 0 : 1)
      assert.deepEqual(document.security, isOpen ? [] : [{ token: [] }])
      for (const [, scheme] of schemes) assert.equal((scheme as { type: string }).type, 'http')
      for (const methods of Object.values<Record<string, never>>(document.paths))
        for (const [method, found] of Object.entries<Record<string, never>>(methods)) assertOperation(method, found)
    })
  }
}

interface Found {
  operationId: string
  summary: string
  description: string
  parameters?: {
    name: string
    in: string
    description: string
    required: boolean
    schema: { type: string; items?: { type: string } }
  }[]
  requestBody?: { content: Record<string, { schema: { type: string; properties: Record<string, { type: string }> } }> }
  responses: Record<string, { content: Record<string, unknown> }>
}

const scalars = ['string', 'integer', 'number', 'boolean']

function assertOperation(method: string, found: unknown): void {
  const { operationId, summary, description, parameters = [], requestBody, responses } = found as Found
  assert.match(operationId, /^[A-Za-z]{1,40}$/)
  assert.equal(typeof (found as Record<string, unknown>)['x-openai-isConsequential'], 'boolean')
  assert.ok(summary.length > 0 && summary.length <= 200)
  // With what core adds about acting: GPT Actions reads no more.
  assert.ok(description.length > 0 && description.length <= 300)
  assert.deepEqual(Object.keys(responses), ['200', 'default'])
  assert.deepEqual(Object.keys(responses['200']?.content ?? {}), ['application/json'])
  for (const parameter of parameters) {
    assert.ok(['path', 'query'].includes(parameter.in))
    assert.ok(parameter.description.length <= 200)
    const { type, items } = parameter.schema
    assert.ok(scalars.includes(type === 'array' ? (items?.type as string) : type))
  }
  if (requestBody) {
    assert.ok(method !== 'get' && method !== 'delete')
    assert.deepEqual(Object.keys(requestBody.content), ['application/json'])
    const { schema } = requestBody.content['application/json'] as {
      schema: { type: string; properties: Record<string, { type: string }> }
    }
    assert.equal(schema.type, 'object')
    const names = [...parameters.map(({ name }) => name), ...Object.keys(schema.properties)]
    assert.equal(new Set(names).size, names.length)
  }
  assert.doesNotMatch(
    JSON.stringify({ parameters, requestBody }),
    /\$ref|anyOf|oneOf|allOf|additionalProperties|"null"/,
  )
}

// What a reader of YAML 1.1 takes for something else than text, where it is not quoted.
const strange = [
  ...['yes', 'no', 'on', 'off', 'y', 'n', '~', 'null', 'true', '12:30', '190:20:30', '1e3', '1.0e+3', '0x1F'],
  ...[
    '014',
    '1_000',
    '.5',
    '.inf',
    '2020-01-01',
    '-',
    '?',
    ':',
    '&a',
    '*a',
    '!a',
    '%a',
    '@a',
    '`a',
    '#a',
    'a: b',
    ' a',
  ],
  ...['a #b', '\n', 'a\nb', '\t', '"', "'", '\\', '{', '[', '|', '>', '---', '...', '0', '1.', '=', '🥛', '語'],
]
const readers: [reader: string, read: (yaml: string) => unknown][] = [
  ['yaml', (yaml) => parse(yaml)],
  ['yaml 1.1', (yaml) => parse(yaml, { version: '1.1' })],
  ['js-yaml', (yaml) => load(yaml)],
]
/** Undefined if python3 or its YAML library is not installed. */
function readInPython(documents: string[]): unknown[] | undefined {
  const program = 'import json, sys, yaml\njson.dump([yaml.safe_load(one) for one in json.load(sys.stdin)], sys.stdout)'
  const input = JSON.stringify(documents)
  const { error, stdout, stderr } = spawnSync('python3', ['-c', program], { input, encoding: 'utf8' })
  if (error || stderr.includes("No module named 'yaml'")) return undefined
  assert.equal(stderr, '')
  return JSON.parse(stdout)
}

const choiceOf = (values: string[]): Record<string, string> => {
  const input = z.object({
    choice: z.enum(values as [string]).describe(values.length > 8 ? 'One of the words' : `One of ${values}`),
  })
  const read = operation('GET /words', {
    openWorld: false,
    summary: 'Read',
    input,
    output: z.object({}),
    handler: () => ({}),
  })
  return documentFiles(definePlugin({ ...openShop(), auth: none(), operations: { read } }), publicUrl)
}

for (const [reader, read] of readers)
  test(`${reader} reads every word as text`, () => {
    const files = choiceOf(strange)
    assert.deepEqual(read(files['openapi.yaml'] as string), JSON.parse(files['openapi.json'] as string))
  })

test('PyYAML reads every word as text', (t) => {
  const all = [choiceOf(strange), ...Object.values(shops).map((shop) => documentFiles(shop, publicUrl))]
  const read = readInPython(all.map((files) => files['openapi.yaml'] as string))
  if (!read) return t.skip('python3 with PyYAML is not installed')
  assert.deepEqual(
    read,
    all.map((files) => JSON.parse(files['openapi.json'] as string)),
  )
})

test('no YAML reader takes an octal number of YAML 1.2 for a number', () => {
  const files = choiceOf(['0o14', 'other'])
  for (const [, read] of readers)
    assert.deepEqual(read(files['openapi.yaml'] as string), JSON.parse(files['openapi.json'] as string))
})

test('a control character, at which some YAML readers fail, is refused at the definition', () => {
  for (const word of ['\x7f', '\u0085', '\u2028', '\0'])
    assert.throws(() => choiceOf([word, 'other']), /choice contains a control character/)
})

test('an operation for MCP only has no path and is in no spec, and MCP lists and calls it', async (t) => {
  const plugin = definePlugin({
    ...openShop(),
    auth: none(),
    operations: {
      ...operations,
      fetch: operation('GET /knowledge/{id}', {
        only: 'mcp',
        openWorld: false,
        summary: 'Read one thing',
        input: z.object({ id: text(10).describe('The id') }),
        output: z.object({ id: z.string() }),
        handler: ({ id }) => ({ id }),
      }),
    },
  })
  const shop = await serveMcp(plugin)
  t.after(shop.close)
  for (const version of ['3.1.0', '3.0.3'] as const)
    assert.doesNotMatch(JSON.stringify(toSpec(plugin, publicUrl, version)), /knowledge|fetch/)
  for (const path of ['/knowledge/a', '/openapi.yaml']) {
    const answer = await fetch(new URL(path, shop.url))
    assert.equal(answer.status, path === '/knowledge/a' ? 404 : 200)
    assert.doesNotMatch(await answer.text(), /fetch/)
  }
  const client = await shop.connect('2026-07-28')
  assert.ok((await client.listTools()).tools.some(({ name }) => name === 'fetch'))
  assert.deepEqual((await client.callTool({ name: 'fetch', arguments: { id: 'a' } })).structuredContent, { id: 'a' })
  await client.close()
})
