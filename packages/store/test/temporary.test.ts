import assert from 'node:assert/strict'
import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { basename } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder, temporaryPrefix } from '../src/temporary.ts'

/** Runs code in a process that has made a folder with a file, and returns the names that are left in its temporary folder. */
function leftAfter(code: string): SpawnSyncReturns<string> & { left: string[] } {
  const TMPDIR = temporaryFolder()
  const script = `
    import { writeFileSync } from 'node:fs'
    import { temporaryFolder } from ${JSON.stringify(new URL('../src/temporary.ts', import.meta.url).href)}
    const folder = temporaryFolder()
    temporaryFolder()
    writeFileSync(folder + '/file', '')
    console.log(folder)
    ${code}`
  const result = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script],
    { encoding: 'utf8', env: { ...process.env, TMPDIR } },
  )
  return { ...result, left: readdirSync(TMPDIR).filter((name) => name.startsWith(temporaryPrefix)) }
}

test('a temporary folder exists while the process runs and has the common prefix', () => {
  const folder = temporaryFolder()
  assert.ok(existsSync(folder))
  assert.ok(basename(folder).startsWith('reference-plugins-'))
})

for (const [what, code, status] of [
  ['ends', '', 0],
  ['exits with a failure', 'process.exit(3)', 3],
  ['fails with an uncaught error', "throw new Error('a failure')", 1],
  ['gets SIGTERM', "process.kill(process.pid, 'SIGTERM'); setTimeout(() => {}, 60_000)", 143],
  ['gets SIGINT', "process.kill(process.pid, 'SIGINT'); setTimeout(() => {}, 60_000)", 130],
  [
    'stops cleanly on SIGTERM by its own handler',
    "process.on('SIGTERM', () => setTimeout(() => process.exit(0), 50)); process.kill(process.pid, 'SIGTERM')",
    0,
  ],
] as const)
  test(`no temporary folder is left after a process ${what}`, () => {
    const { left, ...result } = leftAfter(code)
    assert.match(result.stdout, /reference-plugins-/)
    assert.equal(result.status, status, result.stderr)
    assert.deepEqual(left, [])
  })
