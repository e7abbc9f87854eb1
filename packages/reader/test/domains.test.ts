import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isPrivate, isUnder, registrableDomain } from '../src/hosts/hosts.ts'
import { domainFaults, type PluginDocument } from '../src/index.ts'

function faults(address: string, changes: Partial<PluginDocument> = {}, passedOver: string[] = []): string[] {
  const document: PluginDocument = {
    source: 'manifest',
    name: 'a',
    title: 'A',
    descriptionForModel: '',
    descriptionForHuman: '',
    auth: { type: 'none', scheme: 'bearer', verificationTokens: {} },
    server: new URL(address).origin,
    operations: [],
    ...changes,
  }
  return domainFaults(address, document, passedOver).map(({ severity, message }) => `${severity}: ${message}`)
}
const manifest = (host: string): string => `https://${host}/.well-known/ai-plugin.json`
const oauth = (authorizationUrl: string, tokenUrl: string): Partial<PluginDocument> => ({
  auth: {
    type: 'oauth',
    scheme: 'bearer',
    verificationTokens: {},
    oauth: { authorizationUrl, tokenUrl, scope: '', contentType: 'application/json' },
  },
})

for (const [at, server, severity] of [
  ['shop.test', 'shop.test', undefined],
  ['www.shop.test', 'shop.test', undefined],
  ['shop.test', 'api.shop.test', undefined],
  ['www.shop.test', 'api.shop.test', undefined],
  ['SHOP.test', 'shop.test', undefined],
  ['shop.test', 'shop.test.', undefined],
  ['docs.shop.test', 'api.shop.test', 'warning'],
  ['api.shop.test', 'shop.test', 'warning'],
  ['shop.test', 'evilshop.test', 'error'],
  ['shop.test', 'shop.test.evil.test', 'error'],
  ['alice.github.io', 'bob.github.io', 'error'],
  ['alice.github.io', 'api.alice.github.io', undefined],
  ['shop.co.uk', 'other.co.uk', 'error'],
  ['203.0.113.7', '203.0.113.7', undefined],
  ['203.0.113.7', '203.0.113.8', 'error'],
  // The first letter of the second is Cyrillic.
  ['apple.test', 'аpple.test', 'error'],
] as const)
  test(`an API at ${server} with its manifest at ${at}: ${severity ?? 'nothing to say'}`, () => {
    const found = faults(manifest(at), { server: `https://${server}` })
    assert.equal(found[0]?.split(':')[0], severity)
    assert.ok(found.length <= 1)
  })

test('all names of this machine are one domain, and no other name belongs to it', () => {
  assert.deepEqual(faults('http://localhost:3333/.well-known/ai-plugin.json', { server: 'http://127.0.0.1:3334' }), [])
  assert.match(faults(manifest('shop.test'), { server: 'http://localhost:3333' })[0] ?? '', /^error/)
  assert.match(
    faults('http://localhost:3333/.well-known/ai-plugin.json', {
      server: 'https://shop.test',
      ...oauth('https://shop.test/a', 'https://shop.test/t'),
    }).join(),
    /error: .*a token would leave this machine/,
  )
})

test('a sign-in on another domain is a warning', () => {
  const found = faults(manifest('shop.test'), oauth('https://shop.pluginlab.test/a', 'https://shop.pluginlab.test/t'))
  assert.equal(found.length, 1)
  assert.match(found[0] ?? '', /^warning: Users sign in at shop\.pluginlab\.test/)
  assert.deepEqual(
    faults(manifest('shop.test'), oauth('https://accounts.google.com/a', 'https://oauth2.googleapis.com/t')),
    [],
  )
  assert.deepEqual(faults(manifest('shop.test'), oauth('https://id.shop.test/a', 'https://shop.test/t')), [])
})

test('a sign-in on localhost is an error', () => {
  assert.match(
    faults(manifest('shop.test'), oauth('http://localhost:1/a', 'http://localhost:1/t')).join(),
    /error: The sign-in is on localhost/,
  )
})

test('a spec without a manifest on another domain than its API is a warning', () => {
  assert.match(
    faults('https://raw.files.test/o.yaml', { source: 'spec', server: 'https://api.shop.test' })[0] ?? '',
    /^warning: .*Make sure that you trust both/,
  )
})

test('legal information, contact and servers on other domains are warnings', () => {
  const found = faults(manifest('shop.test'), { legalInfoUrl: 'https://legal.test/x', contactEmail: 'a@mail.test' }, [
    'https://api.other.test/v1',
  ])
  assert.deepEqual(
    found.map((one) => /warning: .*(other\.test|legal\.test|mail\.test)/.exec(one)?.[1]),
    ['other.test', 'legal.test', 'mail.test'],
  )
})

test('public, private and registrable hosts are told apart', () => {
  for (const host of [
    '127.0.0.1',
    '10.1.2.3',
    '172.20.0.1',
    '192.168.0.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '[::1]',
    '[fe80::1]',
    '[fd00::1]',
    '[::ffff:7f00:1]',
    'localhost',
    'a.localhost',
    'printer',
    'nas.local',
    'db.internal',
  ])
    assert.ok(isPrivate(host), host)
  for (const host of ['8.8.8.8', '172.32.0.1', '[2606:4700::1]', 'shop.test', '100.128.0.1'])
    assert.ok(!isPrivate(host), host)
  assert.ok(!isUnder('1.2.3.4', '3.4'))
  assert.equal(registrableDomain('a.b.shop.co.uk'), 'shop.co.uk')
})
