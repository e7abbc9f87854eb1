import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startPostgres, type TemporaryPostgres } from '../../packages/store/src/temporary-postgres.ts'
import { freePort, type PluginProcess, startPlugin } from '../../packages/testing/src/processes/index.ts'
import { type Balancer, domain, startCaddy, startNginx } from './proxies.ts'
import { missing } from './shell.ts'
import { readLists, Writers } from './todos.ts'

// The files in deploy, in front of two instances of todo on one Postgres, by HTTPS under a domain.

const todo = new URL('../../plugins/todo/', import.meta.url)
const proxies = { caddy: startCaddy, nginx: startNginx }
let server: TemporaryPostgres | undefined
before(async () => {
  server = missing('initdb') ? undefined : await startPostgres()
})
after(() => server?.stop())

for (const [name, startProxy] of Object.entries(proxies))
  describe(`${name} in front of two instances`, { skip: missing(name, 'initdb', 'openssl') }, () => {
    const instances: PluginProcess[] = []
    let proxy: Balancer
    const start = async (port: number, more: Record<string, string> = {}) =>
      startPlugin(todo, {
        PORT: String(port),
        PUBLIC_URL: `https://${domain}`,
        TRUSTED_PROXIES: '1',
        SHUTDOWN_DELAY: '3',
        DATABASE_URL: server?.url ?? '',
        ...more,
      })
    before(async () => {
      for (let index = 0; index < 2; index++) instances.push(await start(await freePort()))
      proxy = await startProxy(instances.map(({ port }) => port) as [number, number])
    })
    after(async () => {
      await proxy?.stop()
      for (const instance of instances) await instance.end()
    })

    test('the public address is answered, and no other one', async () => {
      const { status, text } = await proxy.ask('GET', '/.well-known/ai-plugin.json')
      assert.equal(status, 200)
      assert.equal(JSON.parse(text).api.url, `https://${domain}/openapi.yaml`)
      const initialize = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } }
      const message = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: initialize })
      const mcp = await proxy.ask('POST', '/mcp', message, { accept: 'application/json, text/event-stream' })
      assert.equal(mcp.status, 200)
      assert.match(mcp.text, /"serverInfo"/)
      // Caddy answers nothing for a name that it does not serve; nginx passes it on, and the plugin refuses it.
      const other = await proxy.ask('GET', '/openapi.yaml', undefined, { host: 'other.example.com' })
      assert.ok(other.status === 421 || other.text === '', `${other.status} ${other.text}`)
    })

    test('callers cannot choose the address under which they are counted', async () => {
      const limited = await start(await freePort(), { RATE_LIMIT: '20' })
      const other = await startProxy([limited.port, limited.port])
      const statuses = new Set<number>()
      for (let index = 0; index < 60; index++) {
        const headers = { 'x-forwarded-for': `198.51.100.${index}` }
        statuses.add((await other.ask('GET', '/todos/counted', undefined, headers)).status)
      }
      assert.deepEqual([...statuses], [200, 429])
      await other.stop()
      await limited.end()
    })

    test('instances are replaced one after the other, and no call fails', async () => {
      const users = 4
      const writers = new Writers(
        (method, path, body) => proxy.ask(method, path.replace('user', `${name}-user`), body),
        users,
      )
      for (const [index, instance] of instances.entries()) {
        await writers.writeMore(10)
        assert.equal(await instance.end('SIGTERM'), 0)
        await writers.writeMore(10)
        instances[index] = await start(instance.port)
        // The balancer asks each second whether an instance is ready.
        await sleep(2_500)
      }
      await writers.writeMore(10)
      await writers.stop()
      assert.deepEqual(writers.failures, [], proxy.log().slice(-20_000))
      const lists = await readLists((method, path) => proxy.ask(method, path.replace('user', `${name}-user`)), users)
      assert.deepEqual(lists, writers.acknowledged)
    })
  })
