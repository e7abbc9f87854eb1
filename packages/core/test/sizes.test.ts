import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '../../..')
const linesOf = (pattern: string) =>
  globSync(pattern, { cwd: root }).map((file) => ({
    file,
    lines: readFileSync(join(root, file), 'utf8').split('\n').length - 1,
  }))

test('todo is read in one sitting: its src has under 100 lines', () => {
  const files = linesOf('plugins/todo/src/*.ts')
  assert.ok(files.length >= 3)
  assert.ok(files.reduce((sum, { lines }) => sum + lines, 0) < 100)
})

test('no file of core or of the store has over 200 lines', () => {
  const files = linesOf('packages/{core,store}/src/**/*.ts')
  assert.ok(files.length > 20)
  assert.deepEqual(
    files.filter(({ lines }) => lines > 200),
    [],
  )
})
