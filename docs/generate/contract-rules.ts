import { type Code, rules } from '../../packages/contract/src/rules/rules.ts'

/** docs/contract-rules.md */
export const contractRulesPage = (): string => `# Rules of the contract tester

Every finding has one of these codes. A code keeps its name and meaning from release to release. \`pnpm spec\` generates
this page.

**Error**: an assistant fails, or data is at risk. **Warning**: some assistants have a problem; \`--strict\` makes a
warning fail the run.

${(Object.keys(rules) as Code[]).map(section).join('\n')}`

function section(code: Code): string {
  const { severity, title, advice } = rules[code]
  return `## ${code}\n\n${severity}: ${title}. ${advice}.\n`
}
