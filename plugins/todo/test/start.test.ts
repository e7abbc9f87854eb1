import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { after, test } from 'node:test'
import { startFailureTest, startPlugin } from '@reference-plugins/testing/processes'

const folder = new URL('..', import.meta.url)

test('the start line says where the manifest, the spec and MCP are', async () => {
  const server = await startPlugin(folder, { PUBLIC_URL: 'https://todo.example.com' })
  assert.ok(
    server
      .output()
      .startsWith(
        'todo is ready at https://todo.example.com (open it in a browser): manifest /.well-known/ai-plugin.json, spec /openapi.yaml, MCP /mcp (auth none)',
      ),
  )
  assert.equal(await server.end('SIGTERM'), 0)
})

const taken = createServer().listen(0, '127.0.0.1')
await once(taken, 'listening')
after(() => taken.close())
startFailureTest(folder, [
  [{ PORT: String((taken.address() as AddressInfo).port) }, /in use.*PORT/],
  [{ PORT: 'abc' }, /PORT must be a number/],
  [{ PUBLIC_URL: 'https://example.com/todo?a=1' }, /PUBLIC_URL must be an http or https URL/],
  [{ PUBLIC_URL: 'https://example.com/mcp' }, /PUBLIC_URL must not have a path that begins with \/mcp/],
  [{ LOG_LEVEL: 'loud' }, /LOG_LEVEL/],
  [{ HOST: '203.0.113.1' }, /HOST=203\.0\.113\.1/],
])

test('/livez and /readyz give no details', async () => {
  const server = await startPlugin(folder)
  for (const path of ['/livez', '/readyz']) {
    const answer = await fetch(`${server.url}${path}`)
    assert.deepEqual([answer.status, await answer.text()], [200, '{"status":"ok"}'])
  }
  await server.end('SIGTERM')
})
