import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { globSync, readdirSync, realpathSync } from 'node:fs'
import { join, relative } from 'node:path'
import { before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { startPlugin } from '@reference-plugins/testing/processes'
import { temporaryFolder } from '@reference-plugins/testing/temporary'

const root = join(import.meta.dirname, '..', '..', '..')
const command = join(root, 'packages/packing/bin/standalone.ts')
const run = promisify(execFile)
const copy = join(temporaryFolder(), 'copy')

const standalone = (...words: string[]) =>
  run(process.execPath, ['--disable-warning=ExperimentalWarning', command, ...words], { cwd: root })

before(() => standalone('plugins/todo', copy))

test('a copy answers calls, and shows its pages', async () => {
  const todo = await startPlugin(pathToFileURL(`${join(copy, 'plugins/todo')}/`))
  const headers = { 'content-type': 'application/json' }
  const added = await fetch(`${todo.url}/todos/jo`, { method: 'POST', headers, body: '{"todo": "buy milk"}' })
  assert.equal(added.status, 200)
  for (const path of ['/', '/docs', '/openapi.yaml', '/logo.png', '/legal'])
    assert.equal((await fetch(todo.url + path, { headers: { accept: 'text/html' } })).status, 200, path)
  assert.equal(await todo.end(), 0)
})

test('a copy has only what is needed to run, and no link leads out of it', () => {
  const files = readdirSync(copy, { recursive: true, encoding: 'utf8' })
  const installed = globSync('node_modules/.pnpm/*', { cwd: copy }).map((path) => path.split('/').at(-1) ?? '')
  assert.ok(installed.some((name) => name.startsWith('koa@')))
  assert.deepEqual(
    installed.filter((name) => /^(typescript|turbo|supertest|fast-check|@types)/.test(name)),
    [],
  )
  assert.deepEqual(
    files.filter((path) => /\.node$|\.d\.ts$|^(packages|plugins)\/[^/]+\/test(\/|$)/.test(path)),
    [],
  )
  const outside = files.filter((path) => relative(realpathSync(copy), realpathSync(join(copy, path))).startsWith('..'))
  assert.deepEqual(outside, [])
})

test('the contract tester runs from a copy', async () => {
  const target = join(temporaryFolder(), 'contract')
  await standalone('packages/contract', target)
  const command = join(target, 'packages/contract/bin/contract.ts')
  const { stdout } = await run(process.execPath, ['--disable-warning=ExperimentalWarning', command, '--help'], {
    cwd: '/',
  })
  assert.match(stdout, /contract URL/)
})

test('refuses a folder that is in use, and what is not a package', async () => {
  await assert.rejects(standalone('plugins/todo', copy), /is not empty: name a new folder/)
  await assert.rejects(standalone('plugins/none', join(copy, 'none')), /plugins\/none has no package\.json/)
  await assert.rejects(standalone('plugins/todo'), /Usage: pnpm standalone plugins\/todo FOLDER/)
})
