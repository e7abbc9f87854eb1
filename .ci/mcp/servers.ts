import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createDiagnosticPlugin } from '../../packages/core/test/diagnostic-plugin.ts'
import { serveMcp } from '../../packages/core/test/mcp-fixture.ts'
import { workspacePlugins } from '../../packages/testing/src/processes/index.ts'

export interface McpServer {
  name: string
  /** Needs no token: a proxy adds it, because the suites cannot send one. */
  url: string
  close(): Promise<unknown>
}

/** The diagnostic server, and every plugin of the workspace. */
export async function mcpServers(): Promise<McpServer[]> {
  const diagnostic = await serveMcp(createDiagnosticPlugin(), { development: true })
  const plugins = await workspacePlugins(new URL('../../', import.meta.url).pathname)
  return [
    {
      name: 'diagnostic',
      url: diagnostic.url.replace('127.0.0.1', 'localhost'),
      close: diagnostic.close,
    },
    ...(await Promise.all(
      plugins.map(async ({ name, url, token, end }) => {
        const proxy = await withToken(new URL(url), token)
        return { name, url: `http://localhost:${proxy.port}/mcp`, close: () => Promise.all([proxy.close(), end()]) }
      }),
    )),
  ]
}

async function withToken(target: URL, token: string | undefined) {
  const server = createServer((incoming, outgoing) => {
    const headers = { ...incoming.headers, ...(token && { authorization: `Bearer ${token}` }) }
    const { method, url: path } = incoming
    incoming
      .pipe(request({ host: target.hostname, port: target.port, method, path, headers }))
      .on('response', (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      })
      .on('error', () => outgoing.destroy())
  })
  await once(server.listen(0, 'localhost'), 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  }
}
