import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { fillDifferences } from './generate/acting-difference.ts'
import { authModesPage } from './generate/auth-modes.ts'
import { fillCodeBlocks } from './generate/code-blocks.ts'
import { consumersPage } from './generate/consumers.ts'
import { contractRulesPage } from './generate/contract-rules.ts'
import { hostsPage } from './generate/hosts.ts'
import { telemetryPage } from './generate/telemetry.ts'

// Writes the pages and the code blocks that come from code. With --check, it fails where a file would change.

const root = fileURLToPath(new URL('..', import.meta.url))
const pages: Record<string, () => string> = {
  'docs/auth-modes.md': authModesPage,
  'docs/consumers.md': consumersPage,
  'docs/contract-rules.md': contractRulesPage,
  'docs/hosts.md': hostsPage,
  'docs/telemetry.md': telemetryPage,
}
const files = globSync(['*.md', 'docs/*.md', '{packages,plugins}/*/README.md'], { cwd: root }).sort()

for (const file of new Set([...Object.keys(pages), ...files])) {
  const before = readFileSync(`${root}${file}`, 'utf8')
  const after = pages[file]?.() ?? fillDifferences(fillCodeBlocks(before))
  if (after === before) continue
  if (process.argv.includes('--check')) {
    console.error(`${file} is out of date: run pnpm spec`)
    process.exitCode = 1
  } else {
    writeFileSync(`${root}${file}`, after)
    console.log(`${file} written`)
  }
}
