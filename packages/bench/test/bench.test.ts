import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { closePostgres, openPostgres } from '../src/postgres.ts'
import { Server, toPlan } from '../src/server.ts'
import { median } from '../src/table.ts'

test('the bench has a row with figures for each server', { timeout: 120_000 }, async () => {
  const main = join(import.meta.dirname, '../src/main.ts')
  const short = ['--rounds', '1', '--seconds', '0.05', '--connections', '4']
  const words = [main, 'http', 'instances', 'mcp', 'starts', ...short, '--only', 'http,mcp,todo-1,todo-2']
  const { stdout } = await promisify(execFile)(process.execPath, words)
  const rows = stdout
    .split('\n')
    .filter((line) => /^\| (node:http|MCP SDK on Koa|todo, [GM]|todo, \d instance)/.test(line))
  assert.equal(rows.length, 2 + 4 + 6 + 2, stdout)
  for (const row of rows) {
    const figures = row.split('|').slice(2, -1)
    // The CPU time of several processes is known to 10 ms only, and SQLite is not Postgres.
    for (const figure of figures.length > 5 ? figures.slice(0, 2) : figures)
      assert.ok(Number.parseFloat(figure) > 0, row)
  }
  assert.match(stdout, /^\| todo, MCP 2026-07-28 +\|/m)
})

// Those that keep their todos in memory run the same files.
for (const name of ['http-sqlite', 'koa-sqlite', 'fastify-sqlite', 'hono-sqlite'])
  test(`${name} answers like todo`, async () => {
    const server = await Server.start(toPlan(name))
    await server.stop()
  })

test('servers on Postgres answer like todo', { skip: !process.env.POSTGRES && 'POSTGRES is not set' }, async (t) => {
  t.after(closePostgres)
  assert.match((await openPostgres()) ?? '', /^\d+/)
  for (const name of ['http-postgres', 'fastify-postgres', 'todo-postgres-2']) {
    const server = await Server.start(toPlan(name))
    assert.ok((await server.usage()).cpu > 0)
    await server.stop()
  }
})

test('the median is the middle value', () => {
  assert.equal(median([3, 1, 2]), 2)
  assert.equal(median([4, 1, 2, 3]), 2.5)
})
