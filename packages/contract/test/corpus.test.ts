import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { readManifest, readSpecText } from '../src/checks/documents/documents.ts'
import { Report } from '../src/rules/finding.ts'
import { judgeDocuments } from '../src/run.ts'

const folder = join(process.env.CORPUS ?? new URL('../../../../shared/corpus', import.meta.url).pathname, 'plugins')
const skip = existsSync(folder) ? false : 'there is no corpus of real plugins here: set CORPUS'
const longest = 5_000

test('no manifest and no spec of the wild ends in a crash, or takes over 5 seconds', { skip, timeout: 600_000 }, () => {
  const found = new Map<string, number>()
  let judged = 0
  for (const name of readdirSync(folder)) {
    const place = join(folder, name)
    if (!statSync(place).isDirectory()) continue
    const read = (file: string) => (existsSync(join(place, file)) ? readFileSync(join(place, file), 'utf8') : undefined)
    const report = new Report()
    const start = performance.now()
    const [manifestText, specText] = [read('ai-plugin.json'), read('openapi.yaml') ?? read('openapi.json')]
    const manifest = manifestText === undefined ? undefined : readManifest(manifestText, report)
    const spec = specText === undefined ? undefined : readSpecText(specText, report)
    judgeDocuments({ manifest, spec }, report)
    const took = performance.now() - start
    assert.ok(took < longest, `${name} took ${Math.round(took)} ms`)
    for (const code of new Set(report.findings.map((finding) => finding.code)))
      found.set(code, (found.get(code) ?? 0) + 1)
    judged++
  }
  assert.ok(judged > 100)
  const most = [...found].sort(([, a], [, b]) => b - a).slice(0, 12)
  console.log(`${judged} plugins of the wild: ${most.map(([code, count]) => `${code} ${count}`).join(', ')}`)
})
