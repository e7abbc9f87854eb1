import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = new URL('../../../', import.meta.url)
const read = (file: string) => readFileSync(new URL(file, root), 'utf8')

/** Whether require-node.cjs lets this version of Node run. */
function runs(version: string): boolean {
  const script = `Object.defineProperty(process.versions, 'node', { value: '${version}' }); require('./require-node.cjs')`
  const { status, stderr } = spawnSync(process.execPath, ['-e', script], { cwd: fileURLToPath(root), encoding: 'utf8' })
  if (status !== 0) assert.match(stderr, /^Node\.js .* is required.*npx -y -p node@24/)
  return status === 0
}

test('the oldest Node of each line is the same in package.json, its check, the README and CI', () => {
  const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } }
  const oldest = Array.from(engines.node.matchAll(/\d+\.\d+\.\d+/g), ([version]) => version)
  assert.ok(read('README.md').includes(`Node.js ${oldest.join(', ')} or newer`))
  assert.ok(read('.ci/steps.ts').includes(`'${oldest[0]}'`))
  for (const version of oldest) {
    const [major, minor, patch] = version.split('.').map(Number) as [number, number, number]
    const before = patch > 0 ? `${major}.${minor}.${patch - 1}` : `${major}.${minor - 1}.99`
    assert.deepEqual([runs(version), runs(before)], [true, false], version)
    assert.equal(runs(`${major}.${minor + 1}.0`), true)
  }
  for (const version of ['18.20.0', '20.20.2', '23.11.0', '25.9.0']) assert.equal(runs(version), false, version)
  assert.equal(runs('28.0.0'), true)
})
