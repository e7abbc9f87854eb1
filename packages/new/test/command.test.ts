import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { runPrinted } from '@reference-plugins/testing/printed'
import { main } from '../src/command/command.ts'
import { writePlan } from '../src/plan.ts'
import { filesOf, makeWorkspace } from './workspace.ts'

const root = makeWorkspace()
const command = join(import.meta.dirname, '../bin/new.ts')

/** A folder with a program pnpm that only writes down what it is called with, and does what `script` says. */
function fakePnpm(script: string): string {
  const folder = join(makeWorkspace(), 'bin')
  mkdirSync(folder)
  writeFileSync(join(folder, 'pnpm'), `#!/bin/sh\necho "$@" >> ${folder}/calls\n${script}\n`)
  chmodSync(join(folder, 'pnpm'), 0o755)
  return folder
}

test('--help shows every option', async () => {
  const { code, output } = await runPrinted((given) => main(given, root), ['--help'])
  assert.equal(code, 0)
  for (const option of ['from', 'auth', 'port', 'title', 'openapi', 'include', 'base-url', 'yes', 'dry-run'])
    assert.ok(output.includes(`--${option}`), option)
})

test('--dry-run shows the files and writes nothing', async () => {
  const before = filesOf(root)
  const { code, output } = await runPrinted((given) => main(given, root), ['weather', '--dry-run', '--from', 'stocks'])
  assert.equal(code, 0)
  assert.match(output, /^plugins\/weather would have:\n {2}README\.md\n/)
  assert.match(output, /\n {2}src\/service-tokens\.ts\n/)
  assert.doesNotMatch(output, /generated|node_modules/)
  assert.deepEqual(filesOf(root), before)
})

test('without --from, --auth chooses the plugin that has the mode', async () => {
  for (const [auth, file] of [
    ['none', 'src/todo-lists.ts'],
    ['service', 'src/service-tokens.ts'],
    ['user', 'src/user-tokens.ts'],
    ['oauth', 'src/notebook/notes.ts'],
  ] as const) {
    const { output } = await runPrinted((given) => main(given, root), ['weather', '--dry-run', '--auth', auth])
    assert.ok(output.includes(`\n  ${file}`), auth)
  }
})

test('the plugin is written, installed, generated, checked and tested, and the next commands are printed', async () => {
  const bin = fakePnpm('')
  const PATH = `${bin}:/usr/bin:/bin`
  const { code, output } = await runPrinted((given) => main(given, root), ['weather', '--port', '4567'], { PATH })
  assert.equal(code, 0, output)
  const calls = readFileSync(join(bin, 'calls'), 'utf8')
  for (const call of [/^install /m, /biome check/, /weather spec$/m, /tsc/, /weather check$/m, /weather test$/m])
    assert.match(calls, call)
  assert.match(output, /\n {2}pnpm dev --filter weather +starts it at http:\/\/localhost:4567\n/)
  assert.match(output, /\n {2}pnpm contract http:\/\/localhost:4567 .*\n {2}pnpm spec /)
  assert.match(readFileSync(join(root, 'plugins/weather/src/main.ts'), 'utf8'), /createWeatherPlugin, \{ port: 4567,/)
  const again = await runPrinted((given) => main(given, root), ['weather'])
  assert.deepEqual([again.code, again.output], [2, 'plugins/weather exists: choose another name, or remove the folder'])
})

test('a step that fails shows its output and what to run again; the plugin stays', async () => {
  const bin = fakePnpm('case "$*" in *test) echo not ok 7; exit 1;; esac')
  const { code, output } = await runPrinted((given) => main(given, root), ['storms'], { PATH: `${bin}:/usr/bin:/bin` })
  assert.equal(code, 1)
  assert.match(output, /✗ the tests pass .*\nnot ok 7/)
  assert.match(
    output,
    /\nplugins\/storms is written\. Repair what the output says, then run: pnpm --filter \.\/plugins\/storms test$/,
  )
  assert.ok(existsSync(join(root, 'plugins/storms/package.json')))
})

test('Ctrl-C while the steps run leaves nothing', { timeout: 60_000 }, async () => {
  const place = makeWorkspace()
  const before = filesOf(place)
  const bin = fakePnpm(`echo changed > ${place}/pnpm-lock.yaml; sleep 60`)
  const words = ['--disable-warning=ExperimentalWarning', command, 'weather', '--yes']
  const child = spawn(process.execPath, words, { cwd: place, env: { ...process.env, PATH: `${bin}:/usr/bin:/bin` } })
  for (let tries = 0; tries < 1000 && !existsSync(join(bin, 'calls')); tries++) await sleep(20)
  assert.ok(existsSync(join(place, 'plugins/weather')))
  child.kill('SIGINT')
  const [code] = await once(child, 'close')
  assert.equal(code, 130)
  assert.deepEqual(filesOf(place), before)
  assert.equal(readFileSync(join(place, 'pnpm-lock.yaml'), 'utf8'), 'lock')
})

test('a plan that cannot be written leaves nothing', () => {
  const before = filesOf(root)
  const files = new Map([
    ['a', 'a file'],
    ['a/b', 'a file in a file'],
  ])
  assert.throws(() => writePlan({ folder: join(root, 'plugins/broken'), files, notes: [] }))
  assert.deepEqual(filesOf(root), before)
})
