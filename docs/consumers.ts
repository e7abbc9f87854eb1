import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { Report } from '../packages/contract/src/finding.ts'
import { judgeConsumers, profiles } from '../packages/contract/src/profiles.ts'
import { readSpec } from '../packages/contract/src/spec.ts'

// Writes consumers.md from the profiles and from what the plugins publish; with --check it fails where the page differs.

const page = new URL('consumers.md', import.meta.url)
const folder = new URL('../plugins/', import.meta.url)
const order = ['todo', 'stocks', 'news', 'notes']
const names = readdirSync(folder)
  .filter((name) => existsSync(new URL(`${name}/generated/openapi.json`, folder)))
  .sort((a, b) => order.indexOf(a) - order.indexOf(b))
const read = (name: string, file: string) =>
  JSON.parse(readFileSync(new URL(`${name}/generated/${file}`, folder), 'utf8'))

const verdicts = names.map((name) => {
  const document = read(name, 'openapi.json')
  return judgeConsumers({
    manifest: read(name, 'ai-plugin.json'),
    spec: readSpec(document, new Report()),
    versions: [document.openapi, read(name, 'openapi-3.0.json').openapi],
  })
})
const mark = { accepted: 'yes', degraded: 'in part', refused: 'no' } as const
const consumers = Object.keys(profiles)
const rows = consumers.map(
  (consumer, index) =>
    `| ${profiles[consumer]?.title} | ${verdicts.map((all) => mark[all[index]?.verdict ?? 'refused']).join(' | ')} |`,
)
const reasons = consumers.flatMap((consumer, index) => {
  const said = new Map<string, string[]>()
  verdicts.forEach((all, plugin) => {
    for (const reason of all[index]?.reasons ?? [])
      said.set(reason, [...(said.get(reason) ?? []), names[plugin] as string])
  })
  return Array.from(said, ([reason, plugins]) => `- ${profiles[consumer]?.title}, ${plugins.join(' and ')}: ${reason}.`)
})
const text = `# Which assistant takes which plugin

By what each reads of a manifest or a spec, as its documentation or its source says; nothing was tried against a live
service. This page is written by \`pnpm spec\`. For a plugin of your own: \`pnpm contract URL --for all\`.

| assistant | ${names.join(' | ')} |
| --- | ${names.map(() => '---').join(' | ')} |
${rows.join('\n')}

Why not, or what is lost:

${reasons.join('\n')}

Sources:

${consumers.map((consumer) => `- ${profiles[consumer]?.title}: ${profiles[consumer]?.source}`).join('\n')}
`

if (process.argv.includes('--check')) {
  if (!existsSync(page) || readFileSync(page, 'utf8') !== text) {
    console.error('docs/consumers.md is not what the profiles say: run pnpm spec')
    process.exitCode = 1
  }
} else writeFileSync(page, text)
