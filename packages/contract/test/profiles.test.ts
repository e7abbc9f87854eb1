import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeConsumers, profiles } from '../src/profiles.ts'
import { Report } from '../src/rules/finding.ts'
import { readSpec } from '../src/spec/spec.ts'

const operation = (more: object = {}) => ({
  operationId: 'readThings',
  summary: 'Read',
  responses: { 200: { description: 'd', content: { 'application/json': { schema: { type: 'object' } } } } },
  ...more,
})
const document = (more: object = {}, get: object = operation()) => ({
  openapi: '3.1.0',
  info: { title: 't', description: 'd' },
  servers: [{ url: 'https://api.example.com' }],
  paths: { '/things': { get } },
  components: { schemas: {} },
  ...more,
})
const manifest = (type = 'none') => ({ schema_version: 'v1', auth: { type } })

const judge = (spec: object, { auth = 'none', versions = ['3.1.0', '3.0.3'], withManifest = true } = {}) =>
  Object.fromEntries(
    judgeConsumers({
      manifest: withManifest ? manifest(auth) : undefined,
      spec: readSpec(spec as never, new Report()),
      versions,
    }).map((one) => [one.consumer, one]),
  )

test('a plain plugin in both versions is accepted by all', () => {
  for (const { consumer, verdict, reasons } of Object.values(judge(document())))
    assert.equal(verdict, 'accepted', `${consumer}: ${reasons}`)
})

const parameter = (schema: object, more: object = {}) => ({ name: 'x', in: 'query', description: 'x', schema, ...more })
for (const [what, spec, options, refusing] of [
  ['only 3.1', document(), { versions: ['3.1.0'] }, ['m365', 'coze', 'bedrock']],
  ['only 3.0', document(), { versions: ['3.0.3'] }, ['gpt-actions']],
  ['no manifest', document(), { withManifest: false }, ['chatgpt-plugin', 'lobehub', 'langchain']],
  ['OAuth', document(), { auth: 'oauth' }, ['lobehub', 'dify', 'coze', 'langchain', 'foundry']],
  [
    'tokens of users',
    document(),
    { auth: 'user_http' },
    ['gpt-actions', 'm365', 'librechat', 'lobehub', 'dify', 'coze', 'langchain', 'foundry', 'agentcore'],
  ],
  [
    'plain http in public',
    document({ servers: [{ url: 'http://api.example.com' }] }),
    {},
    ['gpt-actions', 'm365', 'semantic-kernel', 'agentcore'],
  ],
  ['http on this machine', document({ servers: [{ url: 'http://localhost:3333' }] }), {}, []],
  [
    'two servers',
    document({ servers: [{ url: 'https://a.example.com' }, { url: 'https://b.example.com' }] }),
    {},
    ['coze'],
  ],
  [
    'a map in an input',
    document({}, operation({ parameters: [parameter({ type: 'object', additionalProperties: { type: 'string' } })] })),
    {},
    ['m365', 'openai-functions', 'anthropic-tools'],
  ],
  ['a digit in an operationId', document({}, operation({ operationId: 'read2' })), {}, ['foundry']],
  ['two underscores', document({}, operation({ operationId: 'read__things' })), {}, ['bedrock', 'fastmcp']],
  [
    'anyOf in an input',
    document({}, operation({ parameters: [parameter({ anyOf: [{ type: 'string' }, { type: 'integer' }] })] })),
    {},
    ['m365', 'agentcore'],
  ],
  [
    'an object in an input',
    document({}, operation({ parameters: [parameter({ type: 'object', properties: { a: {} } })] })),
    {},
    ['m365', 'openai-functions', 'anthropic-tools'],
  ],
  ['an answer with 201', document({}, operation({ responses: { 201: { description: 'd' } } })), {}, ['coze']],
  ['no summary', document({}, operation({ summary: undefined })), {}, ['coze']],
  ['no components', document({ components: {} }), {}, ['chatgpt-plugin', 'gpt-actions']],
] as const)
  test(`${what} is refused by ${refusing.join(', ') || 'nobody'}`, () => {
    const found = Object.values(judge(spec, options as never)).filter(({ verdict }) => verdict === 'refused')
    assert.deepEqual(found.map(({ consumer }) => consumer).sort(), [...refusing].sort())
    for (const { reasons } of found) assert.ok(reasons.length > 0)
  })

test('what is lost is said', () => {
  const {
    'gpt-actions': gpt,
    bedrock,
    'open-webui': webui,
  } = judge(
    document(
      {},
      operation({
        parameters: [
          parameter({ type: 'string', enum: ['a', 'b'] }),
          { name: 'X-Key', in: 'header', schema: { type: 'string' } },
        ],
      }),
    ),
  )
  assert.deepEqual([gpt?.verdict, bedrock?.verdict, webui?.verdict], ['degraded', 'degraded', 'degraded'])
  assert.match(bedrock?.reasons.join() ?? '', /has an enum, which is not read/)
  assert.match(webui?.reasons.join() ?? '', /headers of readThings are not sent/)
})

test('every profile says where it comes from', () => {
  for (const { title, source, demands } of Object.values(profiles)) assert.ok(title && source && demands.length > 0)
})
