import { readFileSync, writeFileSync } from 'node:fs'
import { type Code, rules } from '../packages/contract/src/rules.ts'

// Writes contract-rules.md from the rules themselves; with --check it fails where the page says something else.

const page = new URL('contract-rules.md', import.meta.url)
const rows = (Object.keys(rules) as Code[]).map((code) => {
  const { severity, title, advice } = rules[code]
  return `## ${code}\n\n${severity}: ${title}. ${advice}.\n`
})
const text = `# Rules of the contract tester

Every finding has one of these codes, which stay the same from release to release. This page is written by \`pnpm spec\`.

**Error**: an assistant fails, or data are at risk. **Warning**: some assistant stumbles; \`--strict\` lets it fail.

${rows.join('\n')}`

if (process.argv.includes('--check')) {
  if (readFileSync(page, 'utf8') !== text) {
    console.error('docs/contract-rules.md is not what the rules are: run pnpm spec')
    process.exitCode = 1
  }
} else writeFileSync(page, text)
