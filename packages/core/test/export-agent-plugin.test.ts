import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { validate } from 'skills-ref'
import { parse } from 'yaml'
import type { z } from 'zod'
import { exportFiles } from '../src/generated-files.ts'
import {
  AgentPlugin,
  AgentPluginServers,
  ClaudePlugin,
  ClaudeServers,
  CodexPlugin,
  CodexServers,
  OpenAiExtension,
} from './agent-plugin-rules.ts'
import { exported } from './export-fixture.ts'
import { oauthShop, openShop, publicUrl } from './fixture.ts'

for (const [name, { files, url, folder }] of Object.entries(exported)) {
  const read = <Rules extends z.ZodType>(file: string, rules: Rules): z.output<Rules> =>
    rules.parse(JSON.parse(files[`agent-plugin/${file}`] as string))

  test(`${name}: plugin.json and mcp.json follow the rules of Agent Plugins 1.0.0`, () => {
    const plugin = read('plugin.json', AgentPlugin)
    const { mcpServers } = read('mcp.json', AgentPluginServers)
    assert.deepEqual(mcpServers, { [plugin.name]: { type: 'streamable-http', url: `${url}/mcp` } })
  })

  test(`${name}: Claude Code and Codex get the same facts and the same server`, () => {
    const { $schema: _, extensions, ...plugin } = read('plugin.json', AgentPlugin)
    assert.deepEqual(read('.claude-plugin/plugin.json', ClaudePlugin), plugin)
    const { skills, mcpServers, interface: presentation, ...codex } = read('.codex-plugin/plugin.json', CodexPlugin)
    assert.deepEqual(codex, plugin)
    assert.deepEqual(OpenAiExtension.parse(extensions?.['com.openai']), { interface: presentation })
    assert.equal(skills, './skills/')
    const claudeServer = read('.mcp.json', ClaudeServers).mcpServers[plugin.name]
    const codexServer = read(mcpServers.slice('./'.length), CodexServers).mcpServers[plugin.name]
    assert.equal(claudeServer?.url, `${url}/mcp`)
    assert.equal(codexServer?.url, `${url}/mcp`)
    assert.equal(claudeServer.headers === undefined, codexServer.env_http_headers === undefined)
  })

  test(`${name}: the skill is valid for the reference library of Agent Skills, and describes every operation`, async () => {
    const { name } = read('plugin.json', AgentPlugin)
    assert.deepEqual(await validate(join(folder, 'agent-plugin/skills', name)), [])
    const skill = files[`agent-plugin/skills/${name}/SKILL.md`] as string
    const front = /^---\n(.*?)\n---\n/s.exec(skill)?.[1] as string
    assert.equal(parse(front).name, name)
    const spec = JSON.parse(files['openapi.json'] as string)
    for (const [method, operation] of Object.values<Record<string, Described>>(spec.paths).flatMap((one) =>
      Object.entries(one),
    )) {
      const section = skill.split(`\n## ${operation.operationId}\n`)[1]?.split('\n## ')[0] as string
      assert.ok(section.includes(operation.summary), operation.operationId)
      assert.equal(/^Changes nothing\./m.test(section), method === 'get', operation.operationId)
      assert.equal(section.includes('Ask the user before each call.'), operation['x-openai-isConsequential'])
      const body = operation.requestBody?.content['application/json'].schema.properties ?? {}
      for (const input of [...(operation.parameters ?? []).map(({ name }) => name), ...Object.keys(body)])
        assert.ok(section.includes(`- \`${input}\` (`), `${operation.operationId} ${input}`)
    }
  })

  test(`${name}: no file contains a secret`, () => {
    for (const [file, text] of Object.entries(files))
      if (file.startsWith('agent-plugin/') || file.startsWith('m365/'))
        assert.doesNotMatch(text, /Bearer [\w-]{8}|secret-|verify-me/, file)
  })
}

interface Described {
  operationId: string
  summary: string
  'x-openai-isConsequential': boolean
  parameters?: { name: string }[]
  requestBody?: { content: { 'application/json': { schema: { properties: object } } } }
}

test('the rules refuse what a client would reject', () => {
  const plugin = JSON.parse(exported.todo?.files['agent-plugin/plugin.json'] as string)
  for (const change of [{ name: 'My-Shop' }, { name: 'a--b' }, { name: '-a' }, { interface: {} }, { author: 'ada' }])
    assert.equal(AgentPlugin.safeParse({ ...plugin, ...change }).success, false, JSON.stringify(change))
  const servers = JSON.parse(exported.todo?.files['agent-plugin/mcp.json'] as string)
  for (const url of ['http://shop.example.com/mcp', '/mcp', 'https://ada@shop.example.com/mcp', 'https://a.example/#b'])
    assert.equal(
      AgentPluginServers.safeParse({ ...servers, mcpServers: { a: { type: 'streamable-http', url } } }).success,
      false,
      url,
    )
})

const skillOf = (name: string) => exported[name]?.files['agent-plugin/skills/shop/SKILL.md'] as string

test('the skill lists each error of an operation and its remedy', () => {
  const section = skillOf('shop, none').split('## changeOrder')[1]?.split('\n## ')[0] as string
  assert.match(section, /- 404, no order has that id: Look it up again/)
})

test('the skill explains sign-in and its failure for each auth mode', () => {
  assert.match(skillOf('shop, none'), /They need no sign-in/)
  assert.doesNotMatch(skillOf('shop, none'), /- 401/)
  assert.match(skillOf('shop, service_http'), /in the variable SHOP_AUTHORIZATION[\s\S]*- 401, .*the person who set up/)
  assert.match(skillOf('shop, user_http'), /in the variable SHOP_AUTHORIZATION[\s\S]*- 401, .*Ask the user to enter/)
  assert.match(skillOf('shop, oauth'), /asks the user to sign in[\s\S]*- 401, .*sign in again[\s\S]*- 403/)
  assert.match(skillOf('shop, oauth'), /It needs the scope `orders:write`/)
})

test('the skill describes every kind of input', () => {
  const skill = skillOf('shop, none')
  for (const line of [
    '- `word` (required, text of at most 10 characters): A word to look for',
    '- `many` (optional, a whole number from 1 to 50): How many',
    '- `price` (optional, a number from 0): The highest price',
    '- `new` (optional, true or false): Only new ones',
    '- `kind` (optional, one of "book", "toy"): The kind: book or toy',
    '- `sizes` (optional, a list of at most 3, each a whole number from 1 to 9): The sizes',
    '- `count` (optional, a whole number from 1 to 9, by default 1): How many',
  ])
    assert.ok(skill.includes(`\n${line}\n`), line)
})

test('a name in capitals becomes a valid name for skills and agent plugins', () => {
  const files = exportFiles({ ...openShop(), name: 'MyShop' }, publicUrl)
  assert.equal(JSON.parse(files['agent-plugin/plugin.json'] as string).name, 'myshop')
  assert.ok(files['agent-plugin/skills/myshop/SKILL.md'])
})

test('the longest conversation starters give a valid description of a skill', async () => {
  const conversationStarters = [...'abcdef'].map((letter) => letter.repeat(128))
  const shop = { ...oauthShop(), descriptionForHuman: `${'a'.repeat(99)}.`, conversationStarters }
  const skill = exportFiles(shop, publicUrl)['agent-plugin/skills/shop/SKILL.md'] as string
  assert.ok(parse(skill.split('---\n')[1] as string).description.length <= 1024)
})
