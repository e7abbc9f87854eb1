import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkMcp } from '../src/checks/mcp/mcp.ts'
import { Report } from '../src/index.ts'
import { checkAll } from './check-all.ts'
import { type McpDefect, mcpMutants, mcpToken, serveMcpMutant } from './mcp-server.ts'

async function check(defect?: McpDefect, token: string | undefined = mcpToken): Promise<Report> {
  const server = await serveMcpMutant(defect)
  const report = new Report()
  try {
    await checkMcp({ baseUrl: server.url, token, isProtected: true }, report)
    return report
  } finally {
    server.close()
  }
}

const defects = Object.keys(mcpMutants) as McpDefect[]
const reportOf = await checkAll(defects, (defect) => check(defect))

test('a correct MCP server has no finding', async () => {
  const report = await check()
  assert.deepEqual(report.findings, [])
  assert.deepEqual(report.untested, [])
  assert.ok(report.calls > 10)
})

for (const defect of defects) {
  const code = mcpMutants[defect]
  test(`${defect} is found as ${code}`, () => {
    const { findings } = reportOf(defect)
    const said = findings.map((one) => `${one.code} ${one.subject}: ${one.detail}`).join('\n') || 'nothing was found'
    assert.ok(
      findings.some((finding) => finding.code === code),
      said,
    )
    assert.ok(!/undefined|\[object/.test(said), said)
  })
}

test('without a token the tools are untested, and where there is no MCP nothing is said', async () => {
  const server = await serveMcpMutant()
  const report = new Report()
  await checkMcp({ baseUrl: server.url, isProtected: true }, report)
  assert.deepEqual(report.untested, [{ subject: 'mcp', what: 'tools', reason: 'no token was given: --token' }])
  const none = new Report()
  await checkMcp({ baseUrl: `${server.url}/elsewhere`, isProtected: false }, none)
  await checkMcp({ baseUrl: 'http://127.0.0.1:59999', isProtected: false }, none)
  assert.deepEqual([none.findings, none.untested], [[], []])
  server.close()
})

test('with --safe only tools that say that they read are called', async () => {
  const server = await serveMcpMutant('missing-taken')
  const report = new Report()
  await checkMcp({ baseUrl: server.url, token: mcpToken, isProtected: true, safe: true }, report)
  server.close()
  assert.deepEqual(
    report.findings.map(({ subject }) => subject),
    ['getWeather'],
  )
})

for (const [defect, codes] of [
  [undefined, []],
  ['any-token', ['mcp-auth']],
] as const)
  test(`a key in a header of its own reaches the tools: ${defect ?? 'no defect'}`, async () => {
    const server = await serveMcpMutant(defect, 'x-api-key')
    const report = new Report()
    const scheme = { name: 'key', kind: 'key', place: 'header', field: 'x-api-key' } as const
    await checkMcp({ baseUrl: server.url, token: mcpToken, scheme, isProtected: true }, report)
    server.close()
    assert.deepEqual(
      report.findings.map(({ code }) => code),
      codes,
    )
    assert.deepEqual(report.untested, [])
    assert.ok(report.calls > 10)
  })
