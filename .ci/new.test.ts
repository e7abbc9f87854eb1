import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { main } from '../packages/contract/src/command/command.ts'
import { temporaryFolder } from '../packages/store/src/temporary.ts'
import { runPrinted } from '../packages/testing/src/printed.ts'
import { workspacePlugins } from '../packages/testing/src/processes/index.ts'
import { Command } from './command.ts'

// Makes plugins with `pnpm new` in a clone, one of each kind, and does with them what docs/writing-a-plugin.md says.

const root = join(import.meta.dirname, '..')
const clone = join(temporaryFolder('disk'), 'clone')
const page = readFileSync(join(root, 'docs/writing-a-plugin.md'), 'utf8')
const run = (command: string, timeout = 300_000) =>
  promisify(execFile)('bash', ['-c', command], { cwd: clone, timeout, maxBuffer: 1e8 }).then(
    ({ stdout }) => stdout,
    ({ stdout, stderr }) => assert.fail(`${command}\n${stdout}\n${stderr}`),
  )

/** The command of the page that begins with these words. */
function line(words: string): string {
  const found = page.split('\n').find((one) => one.startsWith(words))
  assert.ok(found, `the page has no line that begins with ${words}`)
  return found
}

before(async () => {
  await promisify(execFile)('git', ['clone', '--quiet', '--local', root, clone])
  await run('pnpm install --offline --frozen-lockfile || pnpm install --prefer-offline --frozen-lockfile')
})

describe('the page, from top to bottom', () => {
  let weather: Command
  before(async () => {
    const made = await run(line('pnpm new weather'))
    assert.match(made, /plugins\/weather is ready/)
    weather = new Command(line('pnpm dev --filter weather'), clone)
    await weather.waitFor(/weather is ready/g, 1, 90_000)
  })
  after(() => weather.end())

  test('the call of the page is answered', async () => {
    const [, answer] = /^curl .*\n```\n```json\n(.*)\n```/m.exec(page.slice(page.indexOf('curl '))) ?? []
    assert.equal(await run(line('curl ').replace('curl ', 'curl -sS ')), answer)
  })

  test('the contract tester finds nothing in the running plugin', async () => {
    await run(line('pnpm contract http'))
  })

  test('a change of the definition is served, and pnpm check asks for pnpm spec', async () => {
    const path = join(clone, 'plugins/weather/src/plugin.ts')
    await run(`sed -i "s/Manage todo lists: add, read and delete todos\\./Read the weather of a place./" ${path}`)
    await weather.waitFor(/weather is ready/g, 2, 30_000)
    await assert.rejects(run('pnpm --filter weather check'), /differ from the code/)
    await run(line('pnpm spec'))
    await run('pnpm --filter weather check')
  })
})

const others = ['prices --from stocks', 'papers --auth user', 'diary --from notes']
for (const words of others)
  test(`pnpm new ${words}`, async () => {
    const [name = ''] = words.split(' ')
    const printed = await run(`pnpm new ${words} --yes`)
    for (const step of ['the types and the generated files match', 'the tests pass'])
      assert.ok(printed.includes(`✓ ${step}`), printed)
    assert.ok(existsSync(join(clone, 'plugins', name, 'generated/openapi.yaml')))
  })

test('the contract tester finds nothing in the new plugins', async () => {
  const names = others.map((words) => words.split(' ')[0] ?? '')
  const { code, output } = await runPrinted((words) => main(words, () => workspacePlugins(clone, names)), ['--strict'])
  assert.equal(code, 0, output)
  for (const name of names) assert.match(output, new RegExp(`^${name}: 0 errors`, 'm'))
})

test('the whole repository passes pnpm check with the new plugins', async () => {
  await run('pnpm check')
})
