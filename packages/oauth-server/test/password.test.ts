import assert from 'node:assert/strict'
import { scryptSync } from 'node:crypto'
import { test } from 'node:test'
import { hashing } from '@reference-plugins/testing/cheap-passwords'
import { fitsPassword, hashPassword } from '../src/password.ts'

test('a password is hashed with the cost that OWASP recommends for scrypt, and a salt of its own', async (t) => {
  hashing.isCheap = false
  t.after(() => {
    hashing.isCheap = true
  })
  const [name, salt = '', hash] = (await hashPassword('correct horse')).split('$')
  assert.equal(name, 'scrypt')
  assert.equal(Buffer.from(salt, 'base64url').length, 16)
  const options = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 2 ** 20 }
  const expected = scryptSync('correct horse', Buffer.from(salt, 'base64url'), 32, options)
  assert.equal(hash, expected.toString('base64url'))
})

test('a password fits its own hash only, in any form of Unicode', async () => {
  const one = await hashPassword('caf\u00e9 au lait')
  assert.notEqual(one, await hashPassword('caf\u00e9 au lait'))
  assert.ok(await fitsPassword('cafe\u0301 au lait', one))
  assert.ok(!(await fitsPassword('cafe au lait', one)))
  assert.ok(!(await fitsPassword('', undefined)))
})
