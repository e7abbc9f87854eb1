import assert from 'node:assert/strict'
import { Agent, get } from 'node:http'
import { connect } from 'node:net'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startPlugin } from '@reference-plugins/testing/processes'

const folder = new URL('..', import.meta.url)

test('after SIGTERM every request that was received is answered', { timeout: 60_000 }, async () => {
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
  while (answered <= 100 && failures.length === 0) await sleep(20)
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
  assert.ok(performance.now() - start < 20_000)
  for (const answer of await Promise.all(posted)) assert.equal(answer.status, 200)
  await Promise.all(clients)
  agent.destroy()
  assert.deepEqual(failures, [])
})

test('a second signal ends a server that waits for a request that does not finish', { timeout: 60_000 }, async () => {
  const server = await startPlugin(folder)
  const socket = connect(server.port, '127.0.0.1', () => socket.write('POST /todos/jo HTTP/1.1\r\nHost: localhost\r\n'))
  socket.on('error', () => {})
  await sleep(500)
  server.process.kill('SIGTERM')
  await sleep(300)
  assert.equal(server.process.exitCode, null, 'it waits')
  assert.equal(await server.end('SIGTERM'), 1)
  socket.destroy()
})

test('with SHUTDOWN_DELAY a server that stops is not ready, and serves on', { timeout: 60_000 }, async () => {
  const server = await startPlugin(folder, { SHUTDOWN_DELAY: '60' })
  const status = async (path: string, init?: RequestInit) => (await fetch(server.url + path, init)).status
  assert.equal(await status('/readyz'), 200)
  server.process.kill('SIGTERM')
  while ((await status('/readyz')) === 200) await sleep(10)
  assert.equal(await status('/readyz'), 503)
  assert.equal(await status('/todos/jo', { headers: { connection: 'close' } }), 200)
  assert.equal(await server.end('SIGTERM'), 1, 'a second signal ends it at once')
})
