import assert from 'node:assert/strict'
import { chmodSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { EnvironmentError } from '@reference-plugins/core'
import { temporaryFolder } from '@reference-plugins/testing/temporary'
import { readDevelopment } from '../src/development.ts'

const folder = temporaryFolder()
const path = join(folder, 'development.json')
const read = () => readDevelopment(`file:${folder}/x.sqlite`)
const isOneLine = (error: Error) =>
  error instanceof EnvironmentError && !error.message.includes('\n') && error.message.includes(path)

test('the development file is made for its owner only, and read again', () => {
  const { clients } = read()
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.deepEqual(read().clients, clients)
})

test('a file that is half written, or that others can write, is one line', () => {
  const whole = readFileSync(path, 'utf8')
  for (const text of ['', whole.slice(0, 80), '[]', '{}', 'null', whole.replace('"name"', '"nome"'), '\u0000']) {
    writeFileSync(path, text)
    assert.throws(read, isOneLine, text)
  }
  writeFileSync(path, whole)
  for (const mode of [0o666, 0o622, 0o602, 0o660]) {
    chmodSync(path, mode)
    assert.throws(read, isOneLine, mode.toString(8))
  }
  chmodSync(path, 0o600)
  assert.ok(read())
})

test('no link is followed', () => {
  const target = join(folder, 'target.json')
  writeFileSync(target, readFileSync(path, 'utf8'))
  rmSync(path)
  symlinkSync(target, path)
  assert.throws(read, isOneLine)
})
