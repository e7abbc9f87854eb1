import { resolve } from 'node:path'
import { makeStandalone } from '../src/standalone.ts'

const [app, target, ...rest] = process.argv.slice(2)
if (app === undefined || target === undefined || rest.length > 0) {
  console.error('Usage: pnpm standalone plugins/todo FOLDER')
  process.exit(1)
}
try {
  makeStandalone(process.cwd(), app, resolve(target))
  console.log(`${resolve(target, app)} runs without this repository`)
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}
