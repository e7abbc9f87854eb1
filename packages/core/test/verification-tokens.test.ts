import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VerificationTokens } from '../src/index.ts'

test('each assistant has its own token', () => {
  assert.deepEqual(VerificationTokens.parse('openai=abc'), { openai: 'abc' })
  assert.deepEqual(VerificationTokens.parse('openai=abc,other-one=d-e_f'), { openai: 'abc', 'other-one': 'd-e_f' })
})

test('anything else is refused', () => {
  for (const value of ['', 'abc', 'openai=', '=abc', 'openai=abc,', 'openai=a b', 'openai=abc;other=def'])
    assert.equal(VerificationTokens.safeParse(value).success, false, value)
})
