import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { type AddressInfo, connect, createServer } from 'node:net'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startFailureTest, startPlugin } from '@reference-plugins/testing/processes'
import { temporaryFolder } from '@reference-plugins/testing/temporary'

const folder = new URL('..', import.meta.url)

test('the start line says where the manifest, the spec and MCP are', async () => {
  const server = await startPlugin(folder, { PUBLIC_URL: 'https://todo.example.com' })
  assert.equal(
    server.output().trim(),
    'todo is ready at https://todo.example.com (open it in a browser): manifest /.well-known/ai-plugin.json, spec /openapi.yaml, MCP /mcp (auth none)',
  )
  assert.equal(await server.end('SIGTERM'), 0)
})

const taken = createServer().listen(0, '127.0.0.1')
await once(taken, 'listening')
after(() => taken.close())
const data = temporaryFolder()
writeFileSync(
  join(data, 'no-database'),
  'this text is long enough to be taken for the header of a database file, which it is not',
)
startFailureTest(folder, [
  [{ PORT: String((taken.address() as AddressInfo).port) }, /in use.*PORT/],
  [{ PORT: 'abc' }, /PORT must be a number/],
  [{ PUBLIC_URL: 'https://example.com/todo' }, /PUBLIC_URL must be an origin/],
  [{ LOG_LEVEL: 'loud' }, /LOG_LEVEL/],
  [{ HOST: '203.0.113.1' }, /HOST=203\.0\.113\.1/],
  [{ DATABASE_URL: 'file:/nowhere/at/all/todo.sqlite' }, /DATABASE_URL=.*no folder/],
  [{ DATABASE_URL: `file:${data}` }, /DATABASE_URL/],
  [{ DATABASE_URL: `file:${data}/no-database` }, /DATABASE_URL.*not a database/],
  [{ DATABASE_URL: 'postgres://localhost/todo' }, /DATABASE_URL has postgres:/],
  [{ DATABASE_URL: 'todo.sqlite' }, /DATABASE_URL/],
])

test('after SIGTERM every request that was received is answered', { timeout: 30_000 }, async () => {
  const server = await startPlugin(folder)
  const agent = new Agent({ keepAlive: true, maxSockets: 16 })
  const failures: string[] = []
  let answered = 0
  let stopping = false
  const clients = Array.from({ length: 16 }, async () => {
    while (!stopping) {
      const error = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
        get(`${server.url}/todos/jo`, { agent }, (response) =>
          response.resume().on('end', () => resolve(undefined)),
        ).on('error', resolve)
      })
      if (!error) answered++
      // A request on a connection that had just been closed was never received, and one on a new connection is refused.
      else if (!(stopping || error.code === 'ECONNREFUSED')) failures.push(String(error.code))
      if (error) return
    }
  })
  await sleep(300)
  const posted = Array.from({ length: 8 }, () =>
    fetch(`${server.url}/todos/jo`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"todo":"last"}',
    }),
  )
  await sleep(5)
  stopping = true
  const start = performance.now()
  assert.equal(await server.end('SIGTERM'), 0)
  assert.ok(performance.now() - start < 8000)
  for (const answer of await Promise.all(posted)) assert.equal(answer.status, 200)
  await Promise.all(clients)
  agent.destroy()
  assert.deepEqual(failures, [])
  assert.ok(answered > 100)
})

test('a second signal ends a server that waits for a request that does not finish', { timeout: 20_000 }, async () => {
  const server = await startPlugin(folder)
  const socket = connect(server.port, '127.0.0.1', () => socket.write('POST /todos/jo HTTP/1.1\r\nHost: localhost\r\n'))
  socket.on('error', () => {})
  await sleep(100)
  server.process.kill('SIGTERM')
  await sleep(300)
  assert.equal(server.process.exitCode, null, 'it waits')
  assert.equal(await server.end('SIGTERM'), 1)
  socket.destroy()
})

test('/livez and /readyz give no details', async () => {
  const server = await startPlugin(folder)
  for (const path of ['/livez', '/readyz']) {
    const answer = await fetch(`${server.url}${path}`)
    assert.deepEqual([answer.status, await answer.text()], [200, '{"status":"ok"}'])
  }
  await server.end('SIGTERM')
})
