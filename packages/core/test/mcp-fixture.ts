import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { type AppOptions, createApp, createLog, type Plugin } from '../src/index.ts'

export const eras = { '2026-07-28': { pin: '2026-07-28' }, 'before it': 'legacy' } as const
export type Era = keyof typeof eras

export interface McpShop {
  url: string
  log: () => string
  /** The official client. */
  connect(era: Era, authorization?: string): Promise<Client>
  /** A message as it is. */
  post(body: unknown, headers?: Record<string, string>): Promise<Response>
  close(): Promise<void>
}

/** Serves a plugin on 127.0.0.1, for clients that we did not write. */
export async function serveMcp(plugin: Plugin, options: Partial<AppOptions> = {}): Promise<McpShop> {
  let written = ''
  const log = createLog('info', false, {
    write(line) {
      written += line
    },
  })
  const handler: { callback?: ReturnType<Awaited<ReturnType<typeof createApp>>['callback']> } = {}
  const server = createServer((request, response) => handler.callback?.(request, response))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const publicUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  handler.callback = (await createApp(plugin, { publicUrl, log, ...options })).callback()
  const url = `${publicUrl}/mcp`
  return {
    url,
    log: () => written,
    async connect(era, authorization) {
      const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: eras[era] } })
      await client.connect(
        new StreamableHTTPClientTransport(
          new URL(url),
          authorization ? { requestInit: { headers: { authorization } } } : {},
        ),
      )
      return client
    },
    post: (body, headers = {}) =>
      fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

export const message = (method: string, params: object = {}) => ({ jsonrpc: '2.0', id: 1, method, params })

/** A message of 2026-07-28 with the headers that repeat it. */
export function modern(method: string, params: Record<string, unknown> = {}) {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  return {
    body: message(method, { ...params, _meta }),
    headers: {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(typeof params.name === 'string' && { 'mcp-name': params.name }),
    },
  }
}

export const textOf = ({ content }: { content: unknown }): string => (content as { text: string }[])[0]?.text ?? ''
