import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkPlugin } from '../../src/index.ts'
import { correct, inTurn, planted, wanted } from './planted.ts'
import { type Handler, serveProxy } from './proxy.ts'
import { servers, type WorldServer } from './servers.ts'
import { start } from './start.ts'

const leastFound = 0.9

/** What the tester reports of a server whose calls pass a proxy: the codes and subjects. */
async function check(
  { app, spec, accepted, unreached, ...options }: WorldServer,
  handle: Handler,
): Promise<Set<string>> {
  const server = await start(app)
  const proxy = await serveProxy(server.url, handle)
  try {
    const { findings } = await checkPlugin({
      baseUrl: proxy.url,
      manifest: 'none',
      callTime: 3,
      ...(spec !== undefined && { spec: `${proxy.url}${spec}` }),
      ...options,
    })
    return new Set(findings.map(({ code, subject }) => `${code} ${subject}`))
  } finally {
    proxy.stop()
    server.stop()
  }
}

const known = new Map<string, Set<string>>()
const found = new Map<string, string[]>()

const checkNamed = (name: string, handle: Handler) => check(servers[name] as WorldServer, handle)
// Twice, because some calls of a run depend on chance.
await inTurn([...wanted, ...wanted], async ([name]) => {
  known.set(name, new Set([...(await checkNamed(name, correct)), ...(known.get(name) ?? [])]))
})
await inTurn(planted, async ({ name, defect, handle }) => {
  const reported = await checkNamed(name, handle)
  found.set(
    `${name}: ${defect}`,
    [...reported].filter((one) => !known.get(name)?.has(one)),
  )
})

const skip = wanted.length < 5 ? 'not all five servers are installed here' : false
test(`at least ${leastFound * 100}% of the planted defects are found`, { skip }, (context) => {
  const missed = [...found].filter(([, findings]) => findings.length === 0).map(([name]) => name)
  context.diagnostic(`${found.size - missed.length} of ${found.size} found; missed: ${missed.join('; ')}`)
  assert.ok(found.size >= 60)
  assert.ok(missed.length <= found.size * (1 - leastFound), missed.join('\n'))
})
