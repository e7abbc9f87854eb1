import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, request, type Server } from 'node:http'
import { text as readText } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { character } from '@reference-plugins/testing/fuzz'
import { type PluginProcess, startPlugin } from '@reference-plugins/testing/processes'
import fc from 'fast-check'
import { createSeedServer } from './seed-server.ts'

const folder = new URL('..', import.meta.url)
// A tenth of what CI compares.
const numRuns = Number(process.env.FUZZ_SEQUENCES ?? 12)
// Much faster than fetch, and there are thousands of calls.
const agent = new Agent({ keepAlive: true })

interface Call {
  method: 'GET' | 'POST' | 'DELETE'
  user: number
  todo: string
  index: number
  inBody: boolean
}

const call: fc.Arbitrary<Call> = fc.record({
  method: fc.constantFrom('GET', 'POST', 'POST', 'DELETE'),
  user: fc.nat(3),
  todo: fc.string({ unit: character, minLength: 1, maxLength: 60 }),
  index: fc.nat(4),
  inBody: fc.boolean(),
})
const name = fc
  .string({ unit: character, minLength: 1, maxLength: 30 })
  // These cannot be a path segment of a URL: every client resolves them.
  .filter((text) => text !== '.' && text !== '..')

let seed: Server
let seedUrl: string
let todo: PluginProcess

before(async () => {
  seed = createSeedServer().listen(0, '127.0.0.1')
  await once(seed, 'listening')
  seedUrl = `http://127.0.0.1:${(seed.address() as { port: number }).port}`
  todo = await startPlugin(folder)
})
after(async () => {
  agent.destroy()
  seed.close()
  seed.closeAllConnections()
  await todo.end('SIGTERM')
})

test('a client of the original service gets the same response to every call', { timeout: 120_000 }, async () => {
  let run = 0
  let calls = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(name, { minLength: 4, maxLength: 4 }),
      fc.array(call, { minLength: 20, maxLength: 60 }),
      async (names, sequence) => {
        // Each sequence starts with users that are new to both servers.
        const users = names.map((text, index) => encodeURIComponent(`${run}${index}${text}`))
        run++
        for (const step of sequence) {
          const path = `/todos/${users[step.user]}`
          const [expected, actual] = await Promise.all([perform(seedUrl, path, step), perform(todo.url, path, step)])
          calls++
          if (step.method === 'DELETE' && actual.status === 404) continue
          assert.deepEqual(actual, expected)
        }
        for (const user of new Set(users)) {
          const step: Call = { method: 'GET', user: 0, todo: '', index: 0, inBody: false }
          const path = `/todos/${user}`
          assert.deepEqual(await perform(todo.url, path, step), await perform(seedUrl, path, step))
        }
      },
    ),
    { numRuns },
  )
  assert.ok(calls > 16 * numRuns, `${calls} calls were compared`)
})

async function perform(base: string, path: string, { method, todo, index, inBody }: Call) {
  const content = method === 'POST' ? { todo } : method === 'DELETE' && inBody ? { todo_idx: index } : undefined
  const body = content && JSON.stringify(content)
  const query = method === 'DELETE' && !inBody ? `?todo_idx=${index}` : ''
  const call = request(`${base}${path}${query}`, {
    method,
    agent,
    ...(body && { headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) } }),
  }).end(body)
  const [answer] = await once(call, 'response')
  return { status: answer.statusCode, body: await readText(answer) }
}
