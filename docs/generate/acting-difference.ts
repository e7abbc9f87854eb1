import { readFileSync } from 'node:fs'
import { PluginSource } from './plugin-source.ts'
import { readGenerated } from './plugins.ts'

const block = /<!-- difference: (\S+) (\S+) (\S+) -->\n[\s\S]*?<!-- end -->/g

/**
 * Fills the places of a Markdown file that show what an operation that acts has and one that reads has not:
 * `difference: flights getOrder payOrder`, the plugin and both operations.
 */
export const fillDifferences = (markdown: string): string =>
  markdown.replaceAll(
    block,
    (_, plugin: string, reads: string, acts: string) =>
      `<!-- difference: ${plugin} ${reads} ${acts} -->\n${difference(plugin, reads, acts)}<!-- end -->`,
  )

const difference = (
  plugin: string,
  reads: string,
  acts: string,
): string => `In the definition \`${acts}\` has these members, and \`${reads}\` does not:

${codeBlock('ts', inDefinition(plugin, reads, acts))}

Its spec has:

${codeBlock('json', JSON.stringify(inSpec(plugin, reads, acts), null, 2))}

And \`SKILL.md\` says:

${codeBlock('text', inSkill(plugin, acts))}
`

function inDefinition(plugin: string, reads: string, acts: string): string {
  const source = new PluginSource(plugin)
  const usual = source.members(reads)
  return Array.from(source.members(acts))
    .filter(([name]) => !usual.has(name) && name !== 'errors' && name !== 'view')
    .map(([, code]) => code)
    .join('\n')
}

/** The members that the one operation has and the other has not, or has otherwise, and the input that core adds. */
function inSpec(plugin: string, reads: string, acts: string): Record<string, unknown> {
  const [usual, operation] = [reads, acts].map((id) => findOperation(plugin, id)) as [SpecOperation, SpecOperation]
  const differing = Object.entries(operation).filter(
    ([name, value]) => name.startsWith('x-') && JSON.stringify(value) !== JSON.stringify(usual[name]),
  )
  const { idempotency_key } = operation.requestBody?.content['application/json'].schema.properties ?? {}
  return { ...Object.fromEntries(differing), ...(idempotency_key !== undefined && { properties: { idempotency_key } }) }
}

interface SpecOperation {
  [member: string]: unknown
  operationId: string
  requestBody?: { content: { 'application/json': { schema: { properties: Record<string, unknown> } } } }
}

function findOperation(plugin: string, id: string): SpecOperation {
  const { paths } = readGenerated(plugin, 'openapi.json') as { paths: Record<string, Record<string, SpecOperation>> }
  const found = Object.values(paths)
    .flatMap((one) => Object.values(one))
    .find(({ operationId }) => operationId === id)
  if (!found) throw new Error(`${plugin} has no operation ${id}`)
  return found
}

/** What it says about the effect of a call: one sentence in each line. */
function inSkill(plugin: string, acts: string): string {
  const file = new URL(`../../plugins/${plugin}/generated/agent-plugin/skills/${plugin}/SKILL.md`, import.meta.url)
  const section = readFileSync(file, 'utf8')
    .split(/^## /m)
    .find((one) => one.startsWith(`${acts}\n`))
  const paragraph = section?.split('\n\n').find((one) => one.includes('Ask the user before each call'))
  if (paragraph === undefined) throw new Error(`SKILL.md of ${plugin} does not say what ${acts} does`)
  return paragraph.replaceAll('. ', '.\n')
}

const codeBlock = (language: string, code: string): string => `\`\`\`${language}\n${code}\n\`\`\``
