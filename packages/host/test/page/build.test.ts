import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '@reference-plugins/testing/temporary'
import { buildPage } from '../../src/page/build.ts'

test('the page is built once, and the environment of the host stays as it is', async () => {
  const [results, before] = [temporaryFolder(), { ...process.env }]
  const [first, second] = await Promise.all([buildPage(results), buildPage(results)])
  assert.equal(first, second)
  assert.ok(existsSync(join(first, 'index.html')))
  assert.equal(await buildPage(results), first)
  assert.deepEqual({ ...process.env }, before)
})
