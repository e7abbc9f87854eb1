import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { toAuthorizationRequest } from '../src/authorization-request.ts'
import { knownScope, refreshScope } from '../src/scope.ts'

const known = ['notes:read', 'notes:write']
const foreign = fc
  .oneof(
    fc.constantFrom('openid', 'email', 'profile', 'offline_access', 'claudeai', 'read', 'write', 'user:email', 'mcp'),
    fc.string({ unit: fc.constantFrom(...'abcXYZ019:._-/!#'), minLength: 1, maxLength: 12 }),
  )
  .filter((scope) => !known.includes(scope))
const gap = fc.constantFrom(' ', '  ', ',', ', ', '\t', '\n', '"', '\\', '\u0000', 'é')
const text = fc.array(fc.tuple(foreign, gap), { maxLength: 6 }).map((parts) => parts.flat().join(''))

test('unknown scopes are passed over, wherever they stand and however they are separated', () => {
  fc.assert(
    fc.property(text, fc.constantFrom(...known), gap, text, (before, scope, between, after) => {
      assert.equal(knownScope(`${before}${scope}${between}${after}`, known), scope)
    }),
  )
})

test('a request without a known scope means all of them', () => {
  fc.assert(fc.property(text, (asked) => assert.equal(knownScope(asked, known), known.join(' '))))
  for (const asked of ['', ' ', 'openid', 'openid email profile', 'read write', 'Notes:Read', '*'])
    assert.equal(knownScope(asked, known), known.join(' '), asked)
})

test('a refresh may repeat what was passed over, and asks for no more than was granted', () => {
  for (const [asked, scope] of [
    ['openid notes:read', 'notes:read'],
    ['notes:read offline_access profile', 'notes:read'],
    ['read write', undefined],
    ['offline_access', undefined],
    [' ', undefined],
    ['notes:read, notes:write', 'notes:read notes:write'],
    ['notes:read admin', 'notes:read admin'],
  ] as const)
    assert.equal(refreshScope(asked, known), scope, asked)
})

test('any authorization request becomes one without parts of OpenID Connect', () => {
  const name = fc.oneof(
    fc.constantFrom('scope', 'prompt', 'max_age', 'nonce', 'claims', 'acr_values', 'state', 'client_id'),
    fc.string(),
  )
  const value = fc.oneof(text, fc.string({ unit: 'binary' }), fc.constantFrom('login', 'none', 'consent login', '0'))
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value)), (pairs) => {
      const asked = new URLSearchParams(pairs)
      const request = toAuthorizationRequest(asked, known)
      for (const gone of ['nonce', 'claims', 'acr_values']) assert.ok(!request.has(gone))
      for (const kept of ['state', 'client_id']) assert.deepEqual(request.getAll(kept), asked.getAll(kept))
      if (asked.getAll('scope').length < 2)
        assert.ok(
          request
            .get('scope')
            ?.split(' ')
            .every((scope) => known.includes(scope)),
        )
      else assert.deepEqual(request.getAll('scope'), asked.getAll('scope'))
    }),
  )
})
