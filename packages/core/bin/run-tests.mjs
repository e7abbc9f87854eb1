#!/usr/bin/env -S node --disable-warning=ExperimentalWarning
// run-tests [OPTION…] [FILE…] runs the test files of this package, or those named, each in a process of its own.
//   --share              runs them in one process, which is faster
//   --apart=NAME,NAME    except test/NAME.test.ts, which keep a process of their own
// Other options go to node --test.
import './compile-cache.mjs'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync } from 'node:fs'
import { basename } from 'node:path'

const options = process.argv.slice(2).filter((word) => word.startsWith('-'))
const named = process.argv.slice(2).filter((word) => !word.startsWith('-'))
const files =
  named.length > 0 ? named : globSync('test/**/*.test.ts', { exclude: (name) => name === 'node_modules' }).sort()
const shared = options.includes('--share')
const apart = options.flatMap((option) => /^--apart=(.*)/.exec(option)?.[1].split(',') ?? [])
const isApart = (file) => !shared || apart.includes(basename(file, '.test.ts'))
const unknown =
  named.length > 0 ? [] : apart.filter((name) => !files.some((file) => basename(file) === `${name}.test.ts`))
if (files.length === 0 || unknown.length > 0) {
  console.error(
    unknown.length > 0 ? `No file in test is named ${unknown.join(', ')}` : 'There is no file test/**/*.test.ts',
  )
  process.exit(1)
}

const runOptions = options.filter((option) => !/^--(share$|apart=)/.test(option))
// Node 22 knows the option by this name only.
await runFiles(
  files.filter((file) => !isApart(file)),
  ['--experimental-test-isolation=none'],
)
await runFiles(files.filter(isApart), [])

async function runFiles(group, isolation) {
  if (group.length === 0) return
  const words = [...process.execArgv, '--test', ...isolation, ...runOptions, ...group]
  const runner = spawn(process.execPath, words, { stdio: 'inherit' })
  const stop = (signal) => runner.kill(signal)
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, stop)
  const [code] = await once(runner, 'exit')
  process.exitCode ||= code ?? 1
}
