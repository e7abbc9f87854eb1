import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { transformJSONSchema } from '@anthropic-ai/sdk/lib/transform-json-schema'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { toStrictJsonSchema } from 'openai/lib/transform'
import { toTool } from '../../packages/host/src/tools/tool.ts'
import { anthropic, openai, strictFaults, toMcpDocument } from '../../packages/reader/src/index.ts'
import { mcpServers } from './servers.ts'

// Checks the schemas of all tools as strict functions of two model APIs, by the rules in the vendors' own libraries.
const servers = await mcpServers()
after(() => Promise.all(servers.map(({ close }) => close())))

for (const { name, url } of servers)
  test(`${name}: every tool can be a strict function`, async () => {
    const client = new Client({ name: 'functions', version: '1' })
    await client.connect(new StreamableHTTPClientTransport(new URL(url)))
    const { tools } = await client.listTools()
    for (const { name: tool, inputSchema } of tools) {
      assert.match(tool, /^[a-zA-Z0-9_-]{1,64}$/)
      for (const subset of [openai, anthropic]) assert.deepEqual(strictFaults(inputSchema, subset).refused, [], tool)
    }
    const server = { url, name, title: undefined, instructions: undefined, hasToken: false }
    for (const operation of toMcpDocument(server, tools).operations) {
      const strict = toTool({ name }, operation, 'openai').parameters
      assert.deepEqual(toStrictJsonSchema(strict as never), strict, operation.name)
      const other = asChoices(toTool({ name }, operation, 'anthropic').parameters)
      // The library writes what it does not understand into the description.
      assert.deepEqual(withoutTypes(transformJSONSchema(other as never)), withoutTypes(other), operation.name)
    }
    await client.close()
  })

/** The library reads a format beside a single type only. */
const asChoices = (schema: unknown): unknown =>
  JSON.parse(JSON.stringify(schema), (_key, value) =>
    Array.isArray(value?.type) ? { anyOf: [{ ...value, type: value.type[0] }, { type: 'null' }] } : value,
  )

/** The library drops a type next to a choice, because the choice states it. */
const withoutTypes = (schema: unknown): unknown =>
  JSON.parse(JSON.stringify(schema, (key, value) => (key === 'type' ? undefined : value)))

test('the library refuses what the profile refuses', () => {
  const bad = {
    not: { not: { type: 'string' } },
    prefixItems: { type: 'array', prefixItems: [{ type: 'string' }], items: { type: 'string' } },
    patternProperties: { type: 'object', properties: {}, patternProperties: { a: { type: 'string' } } },
    if: { type: 'string', if: { minLength: 1 } },
    contains: { type: 'array', items: { type: 'string' }, contains: { const: 'a' } },
    'an open map': { type: 'object', additionalProperties: { type: 'string' } },
  }
  for (const [what, one] of Object.entries(bad)) {
    const schema = { type: 'object', properties: { one }, required: ['one'], additionalProperties: false }
    assert.ok(strictFaults(schema, openai).refused.length > 0, what)
    assert.throws(() => toStrictJsonSchema(schema as never), what)
  }
})
