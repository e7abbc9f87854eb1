import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { temporaryFolder } from '@reference-plugins/store/temporary'

const folder = temporaryFolder()
mkdirSync(join(folder, 'test'))
for (const name of ['one', 'two', 'three'])
  writeFileSync(
    join(folder, 'test', `${name}.test.ts`),
    `import { test } from 'node:test'; test(\`${name} in \${process.pid}\`, (): void => {})`,
  )
writeFileSync(join(folder, 'fails.ts'), "import { test } from 'node:test'; test('no', () => { throw new Error('no') })")
writeFileSync(join(folder, 'main.ts'), 'console.log(process.argv.slice(1).join(" ")); process.exitCode = 3')

/** Runs a command of core in the folder. */
async function run(command: string, ...words: string[]) {
  const file = fileURLToPath(new URL(`../bin/${command}.mjs`, import.meta.url))
  const env = { PATH: process.env.PATH }
  const started = spawn(process.execPath, [file, ...words], { cwd: folder, env })
  const [[status], stdout, stderr] = await Promise.all([
    once(started, 'exit'),
    text(started.stdout),
    text(started.stderr),
  ])
  const processes = new Map(Array.from(stdout.matchAll(/(\w+) in (\d+)/g), ([, name, id]) => [name, id]))
  return { status, output: stdout + stderr, processes, count: new Set(processes.values()).size }
}

describe('commands', { concurrency: true }, () => {
  test('run-tests runs each file in a process of its own', async () => {
    const { status, processes, count } = await run('run-tests')
    assert.equal(status, 0)
    assert.deepEqual([...processes.keys()].sort(), ['one', 'three', 'two'])
    assert.equal(count, 3)
  })

  test('run-tests --share runs the files in one process, except those in --apart', async () => {
    const { status, processes, count } = await run('run-tests', '--share', '--apart=two')
    assert.equal(status, 0)
    assert.equal(processes.get('one'), processes.get('three'))
    assert.equal(count, 2)
  })

  test('run-tests rejects a name in --apart that is not a test file', async () => {
    const { status, output } = await run('run-tests', '--share', '--apart=two,four')
    assert.equal(status, 1)
    assert.equal(output, 'No file in test is named four\n')
  })

  test('run-tests takes files and options of node --test, and fails with a failing test', async () => {
    const { processes } = await run('run-tests', '--test-name-pattern=two', 'test/one.test.ts', 'test/two.test.ts')
    assert.deepEqual([...processes.keys()], ['two'])
    assert.equal((await run('run-tests', 'fails.ts')).status, 1)
  })

  test('run-ts passes arguments to the file and keeps its exit code', async () => {
    const { status, output } = await run('run-ts', 'main.ts', 'a', '--b')
    assert.equal(status, 3)
    assert.equal(output, `${join(folder, 'main.ts')} a --b\n`)
  })
})
