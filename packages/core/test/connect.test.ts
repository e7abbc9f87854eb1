import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { parse } from 'yaml'
import { type Connection, everyAuth, obstacles } from '../src/connect/assistant.ts'
import { assistants } from '../src/connect/assistants.ts'

const all = Object.values(assistants).flat()
const connections: Connection[] = everyAuth.map((auth) => ({
  name: 'shop',
  folder: 'shop',
  url: 'https://shop.example.com',
  auth,
  scope: auth === 'oauth' ? 'orders:read orders:write' : '',
  scheme: 'Bearer',
  token: '$TOKEN',
}))
const connection = (auth: Connection['auth']) => connections.find((one) => one.auth === auth) as Connection
const steps = (name: string, auth: Connection['auth']) =>
  all.find((one) => one.name.startsWith(name))?.steps(connection(auth)) ?? []
const linkOf = (name: string, auth: Connection['auth']): string =>
  steps(name, auth).flatMap((step) => ('link' in step ? [step.link] : []))[0] ?? ''

test('every step can be read, run or parsed, for every auth mode that the assistant accepts', () => {
  for (const assistant of all)
    for (const auth of assistant.auth) {
      const where = `${assistant.name}, ${auth}`
      const all = assistant.steps(connection(auth))
      assert.ok(all.length > 0, where)
      for (const step of all) {
        if ('text' in step) {
          assert.match(step.text, /^[A-Z`].*[.:]$/s, where)
          assert.equal((step.text.match(/`/g) ?? []).length % 2, 0, `${where}: ${step.text}`)
        } else if ('link' in step) assert.match(step.link, /^[a-z]+:\S+$/, where)
        else if (step.language === 'json') JSON.parse(step.code)
        else if (step.language === 'yaml') assert.equal(typeof parse(step.code), 'object', where)
        else if (step.language === 'sh') execFileSync('sh', ['-n', '-c', step.code])
        assert.doesNotMatch(JSON.stringify(step), /undefined|null|\[object/, where)
      }
    }
})

test('a command passes the token of the variable on', () => {
  for (const [name, program] of [
    ['Claude Code', 'claude'],
    ['Codex', 'codex'],
    ['MCP Inspector', 'npx'],
  ] as const) {
    const [command] = steps(name, 'user_http').flatMap((step) => ('code' in step ? [step.code] : []))
    const script = `${program}() { printf '%s\\n' "$@" "$SHOP_TOKEN"; }; ${command}`
    const printed = execFileSync('bash', ['-c', script], {
      env: { ...process.env, TOKEN: 'a-token' },
      encoding: 'utf8',
    })
    assert.match(printed, /a-token$/m, name)
    assert.match(printed, /^https:\/\/shop\.example\.com\/mcp$/m, name)
  }
})

test('the links contain what the files contain, and never a token', () => {
  const code = JSON.parse(decodeURIComponent(linkOf('VS Code', 'service_http').replace('vscode:mcp/install?', '')))
  const headers = { Authorization: `Bearer \${input:shop}` }
  assert.deepEqual(code, {
    name: 'shop',
    type: 'http',
    url: 'https://shop.example.com/mcp',
    headers,
    inputs: [{ id: 'shop', type: 'promptString', description: 'Token of shop', password: true }],
  })
  const settings = (link: string) => {
    const { searchParams } = new URL(link)
    assert.equal(searchParams.get('name'), 'shop')
    return JSON.parse(Buffer.from(searchParams.get('config') ?? '', 'base64').toString())
  }
  assert.deepEqual(settings(linkOf('Cursor', 'none')), { url: 'https://shop.example.com/mcp' })
  assert.deepEqual(settings(linkOf('Cursor', 'user_http')), {
    url: 'https://shop.example.com/mcp',
    headers: { Authorization: `Bearer \${env:SHOP_TOKEN}` },
  })
  assert.deepEqual(settings(linkOf('LM Studio', 'none')), { url: 'https://shop.example.com/mcp' })
})

test('an assistant in the cloud needs a public https address, one on this machine does not', () => {
  const at = (url: string) => ({ ...connection('none'), url })
  for (const url of ['http://localhost:3333', 'https://localhost', 'http://shop.example.com', 'https://127.0.0.1:8443'])
    for (const assistant of all.filter(({ auth }) => auth.includes('none'))) {
      const found = obstacles(assistant, at(url)).map(({ short }) => short)
      assert.deepEqual(found, assistant.isRemote ? ['needs a public https address'] : [], `${assistant.name} ${url}`)
    }
  for (const assistant of all.filter(({ auth }) => auth.includes('none')))
    assert.deepEqual(obstacles(assistant, connection('none')), [])
})
