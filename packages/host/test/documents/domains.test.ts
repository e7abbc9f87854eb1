import assert from 'node:assert/strict'
import { test } from 'node:test'
import { domainFaults, type PluginDocument } from '../../src/documents/index.ts'

const document = (server: string, auth: Partial<PluginDocument['auth']> = {}): PluginDocument => ({
  source: 'manifest',
  name: 'shop',
  title: 'Shop',
  descriptionForModel: 'x',
  descriptionForHuman: 'x',
  auth: { type: 'none', scheme: 'bearer', verificationTokens: {}, ...auth },
  server,
  operations: [],
})
const worst = (manifest: string, server: string): 'fine' | 'warning' | 'error' => {
  const faults = domainFaults(`https://${manifest}/.well-known/ai-plugin.json`, document(`https://${server}`))
  return faults.some(({ severity }) => severity === 'error') ? 'error' : faults.length > 0 ? 'warning' : 'fine'
}

for (const [manifest, server, expected] of [
  ['shop.example', 'shop.example', 'fine'],
  ['www.shop.example', 'shop.example', 'fine'],
  ['shop.example', 'api.shop.example', 'fine'],
  ['api.shop.example', 'shop.example', 'warning'],
  ['a.shop.example', 'b.shop.example', 'warning'],
  ['shop.example', 'other.example', 'error'],
  ['shop.example', 'shop.example.evil.example', 'error'],
  ['shop.example', 'evilshop.example', 'error'],
  ['alice.github.io', 'bob.github.io', 'error'],
  ['shop.co.uk', 'other.co.uk', 'error'],
  ['xn--shp-0na.example', 'shop.example', 'error'],
  ['shop.example', 'shop.example.', 'fine'],
  ['203.0.113.7', '203.0.113.7', 'fine'],
  ['203.0.113.7', '203.0.113.8', 'error'],
] as const)
  test(`a manifest at ${manifest} with its API at ${server}: ${expected}`, () => {
    assert.equal(worst(manifest, server), expected)
  })

const oauth = (authorizationUrl: string, tokenUrl: string) =>
  domainFaults(
    'https://shop.example/.well-known/ai-plugin.json',
    document('https://shop.example', {
      type: 'oauth',
      oauth: { authorizationUrl, tokenUrl, scope: '', contentType: 'application/json' },
    }),
  )

test('a sign-in elsewhere is told, and one of the large providers is not', () => {
  assert.deepEqual(oauth('https://auth.shop.example/a', 'https://auth.shop.example/t'), [])
  assert.deepEqual(oauth('https://accounts.google.com/a', 'https://oauth2.googleapis.com/t'), [])
  assert.equal(oauth('https://login.other.example/a', 'https://login.other.example/t')[0]?.severity, 'warning')
  assert.equal(oauth('http://localhost:3000/a', 'http://localhost:3000/t').at(-1)?.severity, 'error')
})

test('a token of a plugin on this machine does not leave it', () => {
  const faults = domainFaults(
    'http://localhost:3333/.well-known/ai-plugin.json',
    document('https://api.example', { type: 'user_http' }),
  )
  assert.ok(
    faults.some(({ severity, message }) => severity === 'error' && /a token would leave this machine/.test(message)),
  )
})
