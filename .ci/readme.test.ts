import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { temporaryDatabase } from '../packages/store/src/temporary.ts'
import { Command } from './command.ts'
import { commands, links } from './markdown.ts'
import { groups } from './steps.ts'

// Runs the commands of these pages as they are written there. translation.test.ts compares README.zh-CN.md with README.md.

const root = join(import.meta.dirname, '..')
const pages = ['README.md', 'AGENTS.md', 'CONTRIBUTING.md', 'SECURITY.md', 'docs/README.md', 'docs/plugins.md']
const text = pages.map((page) => readFileSync(join(root, page), 'utf8')).join('\n')
const prefix = 'npx -y -p node@24 -p pnpm@12.21.0 '
const written = commands(text)
const tested = new Set<string>()
const plugins = Array.from(text.matchAll(/^\| \[(\w+)\]\(plugins\//gm), ([, name = '']) => name)
// As in the shell of a reader: a pnpm that runs this test tells the commands in it not to install packages.
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^p?npm_/i.test(name)))
const shell = async (command: string, timeout: number, cwd = root) =>
  (await promisify(execFile)('bash', ['-c', command], { cwd, env, timeout, maxBuffer: 2 ** 26 })).stdout

/** The commands that a pattern finds. The test that follows runs them. */
function found(pattern: RegExp): string[] {
  const lines = written.filter((line) => pattern.test(line))
  assert.ok(lines.length > 0, `no page has a command like ${pattern}`)
  for (const line of lines) tested.add(line)
  return lines
}

const first = (pattern: RegExp): string => found(pattern)[0] as string

describe('one plugin', () => {
  const command = first(/^npx .* pnpm dev --filter todo$/)
  let todo: Command
  before(() => {
    todo = new Command(command, root, { DATABASE_URL: temporaryDatabase() })
    return todo.waitFor(/todo is ready/g, 1, 90_000)
  })
  after(() => todo.end())

  test('a change in core restarts the plugin', async () => {
    utimesSync(join(root, 'packages/core/src/index.ts'), new Date(), new Date())
    await todo.waitFor(/todo is ready/g, 2, 60_000)
  })

  const examples = [...text.matchAll(/```sh\n(curl .*)\n```\n```json\n(.*)\n```/g)]
  assert.ok(examples.length >= 3)
  for (const [, curl = '', answer] of examples) {
    tested.add(curl)
    test(`the answer is as written: ${curl}`, async () => {
      assert.equal(await shell(curl.replace('curl ', 'curl -sS '), 10_000), answer)
    })
  }

  for (const url of new Set(links(text).filter((link) => link.startsWith('http://localhost:3333'))))
    test(`${url} answers a browser`, async () => {
      const headers = { accept: 'text/html,*/*;q=0.8' }
      assert.equal((await fetch(url, { headers, signal: AbortSignal.timeout(10_000) })).status, 200)
    })

  const contract = first(/^npx .* pnpm contract http:/)
  test('the contract tester finds nothing in the plugin', async () => {
    await shell(contract, 120_000)
  })

  const oneFile = first(/^pnpm --filter todo test test\/plugin\.test\.ts$/)
  test('one file of tests can be run', async () => {
    await shell(oneFile, 120_000)
  })

  test('Ctrl-C stops the plugin', async () => {
    await todo.interrupt(20_000)
    await assert.rejects(fetch('http://localhost:3333/livez'))
  })
})

describe('all plugins', () => {
  const command = first(/^npx .* pnpm dev$/)
  let all: Command
  before(async () => {
    all = new Command(command, root)
    await all.waitFor(new RegExp(`\\b(${plugins.join('|')}) is ready at `, 'g'), plugins.length, 90_000)
  })
  after(() => all.end())

  const curls = found(/^curl 'http:\/\/localhost:33\d\d\//)
  assert.equal(curls.length, plugins.length)
  for (const curl of curls)
    test(`an answer comes: ${curl}`, async () => {
      assert.notEqual(await shell(curl.replace('curl ', 'curl -sSf '), 20_000), '')
    })

  test('the host is at the address that the README names', async () => {
    assert.ok(links(text).includes('http://localhost:3000'))
    await all.waitFor(/http:\/\/localhost:3000/g, 1, 60_000)
    assert.equal((await fetch('http://localhost:3000')).status, 200)
  })
})

// first-minutes.test.ts runs these in a clone.
found(/^npx .* pnpm new /)

test('every command of the pages is run, here or by a group of .ci/run', () => {
  const steps = Object.values(groups).flat()
  const isRun = (command: string) =>
    [...tested].some((one) => one === command || one === prefix + command) ||
    steps.some((step) => step.command === command || step.command === prefix + command)
  assert.deepEqual(
    written.filter((command) => !isRun(command)),
    [],
  )
})
