import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readManifest, readSpecText } from '../src/checks/documents/documents.ts'
import { Report } from '../src/rules/finding.ts'
import { judgeDocuments } from '../src/run.ts'

const levels = Array.from(
  { length: 9 },
  (_, n) => `l${n + 1}: &l${n + 1} [${Array.from({ length: 9 }, () => (n === 0 ? 'x' : `*l${n}`)).join(',')}]`,
).join('\n')
const schemas = Object.fromEntries(
  Array.from({ length: 12 }, (_, n) => [
    `S${n}`,
    {
      type: 'object',
      properties: Object.fromEntries(
        Array.from({ length: 9 }, (_, m) => [`p${m}`, { $ref: `#/components/schemas/S${n + 1}` }]),
      ),
    },
  ]),
)
const withSchema = (schema: unknown, more: object = {}) =>
  JSON.stringify({
    openapi: '3.1.0',
    info: { title: 't' },
    servers: [{ url: 'https://a.example' }],
    paths: {
      '/a': {
        get: {
          operationId: 'a',
          responses: { 200: { description: 'd', content: { 'application/json': { schema } } } },
        },
      },
    },
    ...more,
  })

for (const [what, text] of [
  ['aliases that multiply', levels],
  ['references that multiply', withSchema({ $ref: '#/components/schemas/S0' }, { components: { schemas } })],
  [
    'a circle of references',
    withSchema(
      { $ref: '#/components/schemas/A' },
      { components: { schemas: { A: { properties: { a: { $ref: '#/components/schemas/A' } } } } } },
    ),
  ],
  ['a reference out of the document', withSchema({ $ref: 'file:///etc/passwd' })],
  ['a reference to another server', withSchema({ $ref: 'http://127.0.0.1:1/x.json' })],
  ['a pattern that takes for ever', withSchema({ type: 'string', pattern: '^(a+)+$', example: `${'a'.repeat(28)}!` })],
  ['six megabytes', withSchema({ description: 'x'.repeat(6 * 2 ** 20) })],
  ['deep nesting', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  ['deep YAML', `a: ${'['.repeat(20_000)}`],
  [
    'prototype names',
    '{"openapi":"3.1.0","paths":{"__proto__":{"get":{}},"/constructor":{"get":{"operationId":"__proto__","parameters":[{"name":"__proto__","in":"query","schema":{}}]}}},"components":{"schemas":{"__proto__":{}}}}',
  ],
  ['nothing', ''],
  ['a page', '<!doctype html><html></html>'],
  ['text', 'hello'],
  ['null', 'null'],
  ['members of odd types', '{"openapi":3.1,"paths":[],"servers":"x","components":7,"security":"x","info":[]}'],
  [
    'operations of odd types',
    '{"openapi":"3.1.0","paths":{"/a":{"get":[],"post":"x","put":{"parameters":{},"responses":[],"requestBody":[]}},"/b":null,"/c":7}}',
  ],
] as const)
  test(`${what}: a clear finding, soon`, { timeout: 60_000 }, () => {
    const start = performance.now()
    const report = new Report()
    judgeDocuments({ manifest: undefined, spec: readSpecText(text, report) }, report)
    assert.ok(performance.now() - start < 15_000)
    if (what !== 'a circle of references' && what !== 'a pattern that takes for ever')
      assert.ok(report.findings.some(({ severity }) => severity === 'error'))
    assert.equal(({} as { polluted?: unknown }).polluted, undefined)
  })

test('a manifest of any form ends in findings', () => {
  for (const text of [
    '',
    'null',
    '[]',
    '7',
    '"x"',
    '{}',
    '{"auth":7,"api":[]}',
    '\ufeff{}',
    '<html>',
    '{"__proto__":{"auth":{"type":"none"}}}',
    '['.repeat(100_000),
  ]) {
    const report = new Report()
    const manifest = readManifest(text, report)
    judgeDocuments({ manifest, spec: undefined }, report)
    assert.ok(report.findings.length > 0, text.slice(0, 20))
  }
})
