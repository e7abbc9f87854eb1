import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'

/** The built-in modules and packages that a process has loaded after it imported the tester. */
function loadedModules(): string[] {
  const script = `
    const { registerHooks } = await import('node:module')
    const loaded = new Set()
    registerHooks({ load(url, context, next) { loaded.add(url); return next(url, context) } })
    await import(${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)})
    console.log(JSON.stringify([...loaded, ...process.moduleLoadList]))`
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script],
    { encoding: 'utf8' },
  )
  assert.equal(stderr, '')
  return JSON.parse(stdout)
}

test('importing the tester loads no fuzzer, no process spawner, no test runner, and neither core nor a plugin', () => {
  const loaded = loadedModules()
  assert.ok(loaded.some((one) => one.includes('/contract/src/rules/rules.ts')))
  const unwanted =
    /fast-check|naughty-strings|NativeModule (child_process|test)$|node:(child_process|test)$|\/packages\/(core|testing|host)\/|\/plugins\//
  assert.deepEqual(
    loaded.filter((one) => unwanted.test(one)),
    [],
  )
})
