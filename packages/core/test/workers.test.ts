import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'

const file = join(import.meta.dirname, 'dying-workers.ts')

test('workers that end again and again are started with longer and longer pauses, and then no more', async () => {
  const run = promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', file, '7'], {
    timeout: 60_000,
  })
  const lines = (await run).stdout.trim().split('\n')
  // The first may end before the second is ready.
  assert.equal(lines.splice(lines.indexOf('ready'), 1)[0], 'ready')
  assert.match(lines.pop() as string, /^worker \d+ ended with code 7, as 4 did soon after their start$/)
  const pauses = lines.map((line) => Number(/ended with code 7: another one starts in (\d) ms$/.exec(line)?.[1]))
  assert.deepEqual(pauses, [1, 2, 4])
})
