import { judgeConsumers, profiles } from '../../packages/contract/src/profiles.ts'
import { Report } from '../../packages/contract/src/rules/finding.ts'
import { readSpec } from '../../packages/contract/src/spec/spec.ts'
import { pluginNames, readGenerated } from './plugins.ts'

const mark = { accepted: 'yes', degraded: 'in part', refused: 'no' } as const

/** docs/consumers.md */
export function consumersPage(): string {
  const verdicts = pluginNames.map((name) => {
    const document = readGenerated(name, 'openapi.json')
    return judgeConsumers({
      manifest: readGenerated(name, 'ai-plugin.json'),
      spec: readSpec(document, new Report()),
      versions: [document.openapi, readGenerated(name, 'openapi-3.0.json').openapi],
    })
  })
  const rows = Object.values(profiles).map(
    ({ title }, index) => `| ${title} | ${verdicts.map((all) => mark[all[index]?.verdict ?? 'refused']).join(' | ')} |`,
  )
  const reasons = Object.values(profiles).flatMap(({ title }, index) => {
    const pluginsByReason = new Map<string, string[]>()
    for (const [plugin, all] of verdicts.entries())
      for (const reason of all[index]?.reasons ?? [])
        pluginsByReason.set(reason, [...(pluginsByReason.get(reason) ?? []), pluginNames[plugin] as string])
    return Array.from(pluginsByReason, ([reason, plugins]) => `- ${title}, ${plugins.join(' and ')}: ${reason}.`)
  })
  return `# Which assistant accepts which plugin

This table compares each plugin with what an assistant reads from a manifest or a spec, according to the assistant's
documentation or source code. Nothing was tried against a live service. \`pnpm spec\` generates this page. To check
your own plugin, run \`pnpm contract URL --for all\`.

| assistant | ${pluginNames.join(' | ')} |
| --- | ${pluginNames.map(() => '---').join(' | ')} |
${rows.join('\n')}

What is refused or lost, and why:

${reasons.join('\n')}

Sources:

${Object.values(profiles)
  .map(({ title, source }) => `- ${title}: ${source}`)
  .join('\n')}
`
}
