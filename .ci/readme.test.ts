import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { temporaryDatabase } from '../packages/store/src/temporary.ts'
import { Command } from './command.ts'

// Runs the commands of the README as they are written there.

const root = join(import.meta.dirname, '..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const devCommand = line(/^npx .* pnpm dev --filter todo$/m)
const plugins = Array.from(readme.matchAll(/^\| \[(\w+)\]\(plugins\//gm), ([, name = '']) => name)
const shell = (command: string, timeout: number) =>
  promisify(execFile)('bash', ['-c', command], { cwd: root, timeout }).then(({ stdout }) => stdout)

describe('one plugin', () => {
  const todo = new Command(devCommand, root, { DATABASE_URL: temporaryDatabase() })
  before(() => todo.waitFor(/todo is ready/g, 1, 90_000))
  after(() => todo.end())

  test('a change in core restarts the plugin', async () => {
    utimesSync(join(root, 'packages/core/src/index.ts'), new Date(), new Date())
    await todo.waitFor(/todo is ready/g, 2, 20_000)
  })

  const examples = [...readme.matchAll(/```sh\n(curl .*)\n```\n```json\n(.*)\n```/g)]
  assert.ok(examples.length >= 3)
  for (const [, curl = '', answer] of examples)
    test(`the answer is as written: ${curl}`, async () => {
      assert.equal(await shell(curl.replace('curl ', 'curl -sS '), 10_000), answer)
    })

  for (const [, url = ''] of readme.matchAll(/<(http:\/\/localhost:3333[^>]*)>/g))
    test(`${url} answers`, async () => {
      assert.equal((await fetch(url, { signal: AbortSignal.timeout(10_000) })).status, 200)
    })

  test('the contract tester finds nothing in the plugin', async () => {
    await shell(line(/^npx .* pnpm contract http:.*$/m), 120_000)
  })

  test('Ctrl-C stops the plugin', async () => {
    await todo.interrupt(20_000)
    await assert.rejects(fetch('http://localhost:3333/livez'))
  })
})

describe('all plugins', () => {
  let all: Command
  before(async () => {
    all = new Command(devCommand.replace(' --filter todo', ''), root)
    await all.waitFor(new RegExp(`\\b(${plugins.join('|')}) is ready at `, 'g'), plugins.length, 90_000)
  })
  after(() => all.end())

  const curls = readme.match(/^curl 'http:\/\/localhost:333\d\/.*$/gm) ?? []
  assert.equal(curls.length, plugins.length)
  for (const curl of curls)
    test(`an answer comes: ${curl}`, async () => {
      assert.notEqual(await shell(curl.replace('curl ', 'curl -sSf '), 20_000), '')
    })
})

function line(pattern: RegExp): string {
  const [found] = pattern.exec(readme) ?? []
  assert.ok(found, `the README has no line like ${pattern}`)
  return found
}
