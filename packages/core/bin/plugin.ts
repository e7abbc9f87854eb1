#!/usr/bin/env -S node --disable-warning=ExperimentalWarning
import { parseArgs } from 'node:util'
import { checkGeneratedFiles, generateFiles, writeGeneratedFiles } from '../src/generated-files.ts'

const usage = `Usage, in the folder of a plugin:
  plugin spec --url http://localhost:3333           writes generated/: the manifest, the specs and the packages
  plugin spec --url http://localhost:3333 --check   fails if generated/ differs from the code`

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { url: { type: 'string' }, check: { type: 'boolean', default: false } },
  })
  if (positionals.join(' ') !== 'spec' || values.url === undefined) throw new Error(usage)
  const generated = await generateFiles(process.cwd(), values.url)
  const files = values.check ? await checkGeneratedFiles(generated) : await writeGeneratedFiles(generated)
  console.log(`${generated.name}: ${files.join(', ')} ${values.check ? 'match the code' : 'written'}`)
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}
