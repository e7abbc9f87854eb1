import assert from 'node:assert/strict'
import { Agent, type IncomingMessage, request } from 'node:http'
import { type TestContext, test } from 'node:test'
import { listen } from '../src/index.ts'

async function serve(t: TestContext, options: { proxies?: number }) {
  const lifecycle = { stopping: false }
  const running = await listen((_, response) => void response.end('ok'), {
    host: '127.0.0.1',
    port: 0,
    lifecycle,
    ...options,
  })
  t.after(() => running.stop())
  return { ...running, port: (running.server.address() as { port: number }).port }
}

const get = (port: number, agent: Agent): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', agent }, (response) => {
      response.resume().on('end', () => resolve(response))
    })
      .on('error', reject)
      .end()
  })

test('an idle connection stays open longer than a proxy keeps it', async (t) => {
  const direct = await serve(t, {})
  const behind = await serve(t, { proxies: 1 })
  assert.equal(direct.server.keepAliveTimeout, 5_000)
  // Google's balancers have the longest time of those that are named in docs/several-instances.md, 600 seconds.
  assert.ok(behind.server.keepAliveTimeout > 600_000)
})

test('a server that stops answers on the connections that a proxy keeps, and says that it closes them', async (t) => {
  const { server, port, stop } = await serve(t, { proxies: 1 })
  const agent = new Agent({ keepAlive: true })
  t.after(() => agent.destroy())
  assert.equal((await get(port, agent)).headers.connection, 'keep-alive')
  const stopped = stop()
  while (server.listening) await new Promise(setImmediate)
  // The proxy cannot connect any more, and has a request on its way.
  const { statusCode, headers } = await get(port, agent)
  assert.deepEqual([statusCode, headers.connection], [200, 'close'])
  await stopped
})
