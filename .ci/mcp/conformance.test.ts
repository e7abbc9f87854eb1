import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { run } from './command.ts'
import { mcpServers } from './servers.ts'

// Runs the official suite, for the protocols before 2026 and for 2026-07-28. The files of expected failures list what a
// server that has only tools does not offer. An entry that does not fail makes the test fail.
const suites = [
  { program: 'conformance 2025', year: '2025', words: [] },
  { program: 'conformance 2026', year: '2025-revised', words: ['--requirements', '2025-11-25'] },
  { program: 'conformance 2026', year: '2026', words: ['--requirements', '2026-07-28'] },
] as const

function kindOf(name: string): string {
  if (name === 'diagnostic') return name
  const folder = new URL(`../../plugins/${name}/`, import.meta.url)
  // It has views, and asks: its sessions remember which clients can be asked.
  if (readFileSync(new URL('generated/openapi.json', folder), 'utf8').includes('"x-confirmation"')) return 'acting'
  return existsSync(new URL('views', folder)) ? 'with-views' : 'without-views'
}

const servers = await mcpServers()
after(() => Promise.all(servers.map(({ close }) => close())))

for (const { name, url } of servers)
  for (const { program, year, words } of suites)
    test(`${name} passes the suite of ${year}`, async () => {
      const accepted = join(import.meta.dirname, 'expected-failures', `${kindOf(name)}-${year}.yaml`)
      const { code, output } = await run(program, ['server', '--url', url, ...words, '--expected-failures', accepted])
      assert.match(output, /[1-9]\d* passed/)
      assert.equal(code, 0, output.slice(output.indexOf('=== SUMMARY')))
    })
