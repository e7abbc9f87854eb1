import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rerunCommand } from './rerun.ts'

const turbo = [
  '@reference-plugins/host:test: ✖ failing tests:',
  '@reference-plugins/host:test: test at test/sign-in.test.ts:47:1',
  '@reference-plugins/host:test: ✖ guesses end (61.27ms)',
  'todo:test: test at test/start.test.ts:3:1',
].join('\n')

test('failed files run again by the package that turbo names', () => {
  const command =
    'pnpm --filter @reference-plugins/host test test/sign-in.test.ts && pnpm --filter todo test test/start.test.ts'
  assert.equal(rerunCommand('pnpm test', turbo, 2), command)
})

test('a step without turbo runs again as a whole, once', () => {
  const output = 'test at .ci/mcp/a.test.ts:1:1\ntest at .ci/mcp/b.test.ts:9:3'
  assert.equal(rerunCommand('pnpm exec run-tests .ci/mcp', output, 2), 'pnpm exec run-tests .ci/mcp')
})

test('many failures, and failures that the output does not name, are not tried again', () => {
  assert.equal(rerunCommand('pnpm test', turbo, 3), undefined)
  assert.equal(rerunCommand('pnpm test', '', 1), undefined)
  assert.equal(rerunCommand('pnpm test', Array(4).fill('test at a.test.ts:1:1').join('\n'), 4), undefined)
})
