import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { Server, type ServerName, servers } from '../src/server.ts'
import { median } from '../src/table.ts'

// The server that ratios refer to, and the server for tools, beside which the plugin is measured.
const measured: ServerName[] = ['http', 'mcp']

test('the bench has a row with figures for each server', { timeout: 120_000 }, async () => {
  const main = join(import.meta.dirname, '../src/main.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [
    main,
    '--rounds',
    '1',
    '--seconds',
    '0.05',
    '--connections',
    '4',
    '--only',
    measured.join(),
  ])
  for (const { title } of measured.map((name) => servers[name])) {
    const rows = stdout.split('\n').filter((line) => line.split('|')[1]?.trim() === title)
    assert.equal(rows.length, title === 'MCP SDK on Koa' ? 1 : 3, title)
    for (const row of rows)
      for (const figure of row.split('|').slice(2, -1)) assert.ok(Number.parseFloat(figure) > 0, row)
  }
  assert.match(stdout, /^\| todo, MCP 2026-07-28 +\|/m)
})

// Those that keep their todos in memory run the same files.
for (const name of Object.keys(servers) as ServerName[])
  if (servers[name].isDurable && name !== 'todo')
    test(`${name} answers like todo`, async () => {
      const server = await Server.start(name)
      server.stop()
    })

test('the median is the middle value', () => {
  assert.equal(median([3, 1, 2]), 2)
  assert.equal(median([4, 1, 2, 3]), 2.5)
})
