import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { main } from '@reference-plugins/contract/command'
import { runPrinted } from '../src/printed.ts'
import { workspacePlugins } from '../src/processes/index.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))

test('without an address the command checks the plugins of the workspace', { timeout: 120_000 }, async () => {
  const { code, output } = await runPrinted(
    (words) => main(words, () => workspacePlugins(root, ['todo', 'stocks'])),
    ['--strict', '--safe'],
  )
  assert.equal(code, 0, output)
  assert.match(output, /^stocks: 0 errors[\s\S]*^todo: 0 errors/m)
})

test('a folder without plugins gives a clear failure', async () => {
  const { code, output } = await runPrinted((words) => main(words, () => workspacePlugins('/nowhere')), [])
  assert.equal(code, 2)
  assert.match(output, /no folder "plugins": give the address of a plugin/)
})
