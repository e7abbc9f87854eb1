import assert from 'node:assert/strict'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '@reference-plugins/store/temporary'
import { developmentSecret } from '../src/index.ts'

const newPath = () => join(temporaryFolder(), 'a', 'secret')

test('a secret is created once, has 256 bits, and only its owner can read it', () => {
  const path = newPath()
  const { secret, isNew } = developmentSecret(path)
  assert.equal(isNew, true)
  assert.match(secret, /^[\w-]{43}$/)
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.equal(readFileSync(path, 'utf8'), secret)
  assert.deepEqual(developmentSecret(path), { secret, isNew: false })
  assert.notEqual(developmentSecret(newPath()).secret, secret)
})

test('a secret that a person wrote into the file is used, without its line break', () => {
  const path = join(temporaryFolder(), 'secret')
  writeFileSync(path, 'one of my own\n', { mode: 0o600 })
  assert.deepEqual(developmentSecret(path), { secret: 'one of my own', isNew: false })
})
