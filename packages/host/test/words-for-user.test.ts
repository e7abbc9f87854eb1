import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toWordsForUser } from '../src/conversation/words-for-user.ts'

const expected: [forModel: string, forUser: string][] = [
  [
    'The user refused this call. Nothing was sent. Do not repeat it: ask what they want.',
    'You refused this call. Nothing was sent.',
  ],
  ['The user said something else instead. Nothing was sent.', 'You said something else instead. Nothing was sent.'],
  [
    'Status 401: the plugin did not accept the credentials. Tell the user to sign in to it again; do not repeat the call.',
    'Status 401: the plugin did not accept the credentials. Sign in to it again.',
  ],
  [
    'Status 403: the user is not allowed to do this. Do not repeat the call.',
    'Status 403: you are not allowed to do this.',
  ],
  [
    'Status 500: the plugin failed. Try once more; then tell the user.',
    'Status 500: the plugin failed. Try again later.',
  ],
  ['Notes did not answer within 60 seconds. Tell the user.', 'Notes did not answer within 60 seconds.'],
]
for (const [forModel, forUser] of expected)
  test(`the user reads: ${forUser}`, () => assert.equal(toWordsForUser(forModel), forUser))

test('an answer that only resembles it stays as it is', () => {
  assert.equal(toWordsForUser('This user is new. Tell the users.'), 'This user is new. Tell the users.')
})
