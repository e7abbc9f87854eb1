#!/usr/bin/env -S node --disable-warning=ExperimentalWarning
import { parseArgs } from 'node:util'
import { checkContract, loadPlugin, writeContract } from '../src/contract-files.ts'

const usage = `Usage, in the folder of a plugin:
  plugin spec --url http://localhost:3333           writes generated/: the manifest and the specs, for review
  plugin spec --url http://localhost:3333 --check   fails where generated/ differs from the code`

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { url: { type: 'string' }, check: { type: 'boolean', default: false } },
  })
  if (positionals.join(' ') !== 'spec' || values.url === undefined) throw new Error(usage)
  const plugin = await loadPlugin(process.cwd(), values.url)
  const files = values.check ? await checkContract(plugin) : await writeContract(plugin)
  console.log(`${plugin.name}: ${files.join(', ')} ${values.check ? 'agree with the code' : 'written'}`)
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}
