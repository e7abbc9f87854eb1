import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { startPlugin } from '@reference-plugins/testing/processes'
import { authModes } from '../src/auth/auth-mode.ts'
import { possibleModes } from '../src/command/choice.ts'
import { planCopy } from '../src/copy/plan-copy.ts'
import { formsOf } from '../src/name.ts'
import { writePlan } from '../src/plan.ts'
import { readWorkspace } from '../src/workspace/workspace.ts'
import { linkPackages, makeWorkspace } from './workspace.ts'

// Each plugin as a copy, in each auth mode that it can have.

const run = promisify(execFile)
// With it the runner below would print what only another runner reads.
const { NODE_TEST_CONTEXT: _, ...environment } = process.env
const root = makeWorkspace()
const workspace = readWorkspace(root)
const types = { none: 'none', service: 'service_http', user: 'user_http', oauth: 'oauth' }

interface Manifest {
  name_for_model: string
  auth: { type: string }
}

const copies = workspace.plugins.flatMap(({ name: from }) =>
  possibleModes(workspace, from).map((auth, index) => {
    const name = formsOf(`${from}-as-${auth}`)
    const plan = planCopy({ workspace, from, name, title: 'A copy', port: 4000 + index, auth })
    writePlan(plan)
    linkPackages(plan.folder)
    return { from, auth, name, folder: plan.folder }
  }),
)

test('the plugins of this repository can be copied in twelve ways', () => {
  assert.ok(copies.length >= 11, copies.map(({ name }) => name.kebab).join(', '))
  for (const mode of authModes) assert.ok(copies.some(({ auth }) => auth === mode))
})

describe('each copy starts under its name', { concurrency: 3 }, () => {
  for (const { name, auth, folder } of copies)
    test(name.kebab, { timeout: 60_000 }, async (t) => {
      const server = await startPlugin(pathToFileURL(`${folder}/`), { NODE_ENV: 'development' })
      t.after(() => server.end('SIGKILL'))
      const manifest = (await (await fetch(`${server.url}/.well-known/ai-plugin.json`)).json()) as Manifest
      assert.equal(manifest.name_for_model, name.camel)
      assert.equal(manifest.auth.type, types[auth])
      assert.match(server.output(), new RegExp(`${name.camel} is ready at `))
    })
})

test('the copies pass their contract tests', { timeout: 300_000 }, async () => {
  const files = copies.map(({ folder }) => join(folder, 'test/contract.test.ts'))
  // One process for all loads the packages once.
  const words = ['--disable-warning=ExperimentalWarning', '--test', '--experimental-test-isolation=none', ...files]
  const { stdout } = await run(process.execPath, words, { cwd: root, env: environment, maxBuffer: 1e8 }).catch(
    (error) => assert.fail(error.stdout),
  )
  assert.match(stdout, /^ℹ pass \d{3,}$/m)
})
