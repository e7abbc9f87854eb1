import assert from 'node:assert/strict'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '@reference-plugins/store/temporary'
import { developmentSecret, readSecretFile, writeSecretFile } from '../src/index.ts'

const modeOf = (path: string) => statSync(path).mode & 0o777
const isTold = (reason: RegExp) => (error: Error & { expose?: boolean }) => {
  assert.match(error.message, reason)
  assert.doesNotMatch(error.message, /\n/)
  return error.expose === true
}

test('a secret is written for its owner alone, in a folder for its owner alone, whatever the umask', () => {
  for (const umask of [0o000, 0o022, 0o277]) {
    const folder = temporaryFolder()
    const path = join(folder, 'new', 'secret')
    if (umask === 0o277) mkdirSync(join(folder, 'new'), { mode: 0o700 })
    const before = process.umask(umask)
    try {
      writeSecretFile(path, 'hidden')
      writeSecretFile(path, 'changed')
    } finally {
      process.umask(before)
    }
    assert.equal(modeOf(path), 0o600)
    assert.equal(modeOf(join(folder, 'new')), 0o700)
    assert.equal(readSecretFile(path), 'changed')
    assert.deepEqual(readdirSync(join(folder, 'new')), ['secret'])
  }
})

test('a link is neither read nor written through', () => {
  const folder = temporaryFolder()
  const [target, path, dangling] = ['target', 'secret', 'dangling'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  writeFileSync(target, 'of somebody else', { mode: 0o600 })
  symlinkSync(target, path)
  assert.throws(() => readSecretFile(path), isTold(/is a link/))
  assert.throws(() => developmentSecret(path), isTold(/is a link/))
  writeSecretFile(path, 'own')
  assert.equal(readFileSync(target, 'utf8'), 'of somebody else')
  assert.equal(readSecretFile(path), 'own')
  symlinkSync(join(folder, 'nowhere'), dangling)
  assert.throws(() => readSecretFile(dangling), isTold(/is a link/))
  writeSecretFile(dangling, 'own')
  assert.equal(existsSync(join(folder, 'nowhere')), false)
})

test('a file that others may read or write is refused with the command that repairs it', () => {
  const path = join(temporaryFolder(), 'secret')
  writeSecretFile(path, 'hidden')
  for (const mode of [0o620, 0o602, 0o666, 0o622]) {
    chmodSync(path, mode)
    assert.throws(() => readSecretFile(path), isTold(/can write .*chmod 600/))
  }
  for (const mode of [0o640, 0o604, 0o644, 0o444]) {
    chmodSync(path, mode)
    assert.throws(() => readSecretFile(path), isTold(/can read .*chmod 600/))
  }
  for (const mode of [0o600, 0o400, 0o700]) {
    chmodSync(path, mode)
    assert.equal(readSecretFile(path), 'hidden')
  }
})

test('a missing file is undefined; a folder and an empty secret are refused', () => {
  const folder = temporaryFolder()
  assert.equal(readSecretFile(join(folder, 'none')), undefined)
  assert.throws(() => readSecretFile(folder), isTold(/is not a file/))
  writeSecretFile(join(folder, 'empty'), ' \n')
  assert.throws(() => developmentSecret(join(folder, 'empty')), isTold(/is empty/))
})
