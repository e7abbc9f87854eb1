import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '@reference-plugins/core'
import type { PluginDocument } from '@reference-plugins/reader'
import { toCandidates } from '../src/registration/address.ts'
import { checkAuth } from '../src/registration/auth-step.ts'
import { crossOriginFaults } from '../src/registration/cross-origin.ts'
import { whyUnreachable } from '../src/registration/reasons.ts'
import { Refusal, Steps } from '../src/registration/steps.ts'
import { Trace } from '../src/registration/trace.ts'

for (const [typed, manifestUrl, typedUrl] of [
  ['localhost:3333', 'http://localhost:3333/.well-known/ai-plugin.json', undefined],
  [' 127.0.0.1:3333/ ', 'http://127.0.0.1:3333/.well-known/ai-plugin.json', undefined],
  ['[::1]:3333', 'http://[::1]:3333/.well-known/ai-plugin.json', undefined],
  ['todo.example.com', 'https://todo.example.com/.well-known/ai-plugin.json', undefined],
  ['http://todo.example.com', 'http://todo.example.com/.well-known/ai-plugin.json', undefined],
  [
    'https://todo.example.com/openapi.yaml#top',
    'https://todo.example.com/.well-known/ai-plugin.json',
    'https://todo.example.com/openapi.yaml',
  ],
  ['localhost:3333/mcp', 'http://localhost:3333/.well-known/ai-plugin.json', 'http://localhost:3333/mcp'],
  ['münchen.example', 'https://xn--mnchen-3ya.example/.well-known/ai-plugin.json', undefined],
] as const)
  test(`${typed} leads to ${typedUrl ?? manifestUrl}`, () => {
    const found = toCandidates(typed)
    assert.equal(found.manifestUrl, manifestUrl)
    assert.equal(found.typedUrl, typedUrl)
  })

test('something that is not an address is rejected with what to type', () => {
  for (const typed of [
    '',
    '   ',
    'file:///etc/passwd',
    'ftp://a.example',
    'javascript:alert(1)',
    'http://',
    'https://ada:secret@a.example',
    'x'.repeat(2_001),
    'a b.example',
  ])
    assert.throws(
      () => toCandidates(typed),
      (error) => error instanceof Problem && error.status === 422 && /localhost:3333/.test(error.message),
      typed,
    )
})

const lookAlikes = [
  'localhost.example.com',
  'localhost.evil.example:3333',
  '127.0.0.1.example.com',
  '127.0.0.1.nip.io',
  '127.evil.example',
  'notlocalhost',
  'localhost-3333.example',
  '[::2]',
  '128.0.0.1',
]
const thisMachine = ['localhost', 'localhost:3333', 'api.localhost', '127.0.0.1:3333', '127.1', '[::1]:3333', '0x7f.1']
const document = (server: string): PluginDocument => ({
  source: 'spec',
  name: 'shop',
  title: 'Shop',
  descriptionForModel: '',
  descriptionForHuman: '',
  auth: { type: 'none', scheme: 'bearer', verificationTokens: {} },
  server,
  operations: [
    {
      name: 'read',
      title: 'Read',
      description: 'Reads',
      input: { type: 'object', properties: {} },
      isConsequential: undefined,
      isReading: true,
      target: { kind: 'http', method: 'GET', path: '/', query: [], fields: [] },
    },
  ],
})
const signal = AbortSignal.timeout(10_000)

/** Registers a plugin at shop.example whose spec names the server. */
const check = (server: string) => {
  const [address, trace] = ['shop.example', new Trace({ allowLoopback: true, signal })]
  const steps = new Steps(trace, () => {})
  const candidates = toCandidates(address)
  const reading = { address, candidates, allowLoopback: true, token: undefined, signal, trace, steps }
  return checkAuth(reading, document(server))
}

test('a plugin on the internet must not lead to this machine, and a name that only looks like it may be used', async () => {
  for (const host of thisMachine)
    for (const scheme of ['http', 'https'])
      await assert.rejects(check(`${scheme}://${host}`), Refusal, `${scheme}://${host}`)
  for (const host of [...lookAlikes, 'localhost@example.com', '127.0.0.1:80@example.com'])
    for (const scheme of ['http', 'https'])
      assert.match((await check(`${scheme}://${host}`)).message, /Anyone may call it/, `${scheme}://${host}`)
})

test('a name that only looks like this machine is fetched by https and gets no advice for this machine', () => {
  for (const host of lookAlikes) {
    const found = toCandidates(host)
    assert.deepEqual([found.isLoopback, new URL(found.manifestUrl).protocol], [false, 'https:'], host)
    const { advice } = whyUnreachable(Object.assign(new Error(), { code: 'ECONNREFUSED' }), found.manifestUrl)
    assert.match(advice, /open its port to the internet/, host)
  }
  for (const host of thisMachine) {
    const { isLoopback, manifestUrl } = toCandidates(host)
    assert.equal(isLoopback, true, host)
    const { advice } = whyUnreachable(Object.assign(new Error(), { code: 'ECONNREFUSED' }), manifestUrl)
    assert.match(advice, /Start the plugin/, host)
  }
  for (const typed of ['localhost@example.com', 'http://127.0.0.1@example.com'])
    assert.throws(() => toCandidates(typed), Problem, typed)
})

test('only this machine is asked whether pages on the internet may call it', async (t) => {
  const asked = async (server: string) => {
    const trace = new Trace({ allowLoopback: true, signal })
    const fetch = t.mock.method(trace, 'fetch', async () => ({
      status: 204,
      headers: new Headers(),
      url: '',
      text: '',
    }))
    await crossOriginFaults(document(server), {}, trace)
    const [, options] = fetch.mock.calls[0]?.arguments ?? []
    return (options as { headers: object } | undefined)?.headers ?? {}
  }
  assert.ok('access-control-request-private-network' in (await asked('http://localhost:3333')))
  for (const host of [...lookAlikes, 'localhost@example.com'])
    assert.ok(!('access-control-request-private-network' in (await asked(`http://${host}`))), host)
})
