import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '@reference-plugins/core'
import { toCandidates } from '../src/registration/address.ts'

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
  test(`${typed} is looked up at ${typedUrl ?? manifestUrl}`, () => {
    const found = toCandidates(typed)
    assert.equal(found.manifestUrl, manifestUrl)
    assert.equal(found.typedUrl, typedUrl)
  })

test('what is no address is refused with what to type', () => {
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
