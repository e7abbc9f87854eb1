#!/usr/bin/env node
import { exportPlugins } from '../src/export/export-command.ts'

try {
  for (const line of await exportPlugins(process.argv.slice(2), process.cwd())) console.log(line)
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}
