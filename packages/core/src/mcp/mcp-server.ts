import {
  createMcpHandler,
  type McpHttpHandler,
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  Server,
  type ServerOptions,
} from '@modelcontextprotocol/server'
import { Deadlines } from '../deadline.ts'
import type { Plugin } from '../plugin.ts'
import { toTool } from './tool.ts'
import { callTool, type McpCaller, toCall } from './tool-call.ts'
import { readViews } from './view.ts'

/** How long a client may cache what never changes while the process runs, in milliseconds. */
const lifetime = 300_000

/** The caller of each request, because the SDK passes on only the request. */
export type Callers = WeakMap<Request, McpCaller>

/**
 * A plugin as an MCP server over Streamable HTTP, without sessions: protocol 2026-07-28 and earlier ones.
 * Everything that does not depend on the request is created once.
 */
export async function createMcpServer(plugin: Plugin, publicUrl: string, callers: Callers): Promise<McpHttpHandler> {
  const views = await readViews(plugin)
  const resources = { resources: Array.from(views.values(), ({ resource }) => resource) }
  const byName = new Map(plugin.operations.map((operation) => [operation.id, operation]))
  const tools = { tools: plugin.operations.map((operation) => toTool(plugin, operation)) }
  const deadlines = new Deadlines()
  const identity = {
    name: plugin.name,
    title: plugin.title,
    version: '1',
    websiteUrl: publicUrl,
    icons: [{ src: `${publicUrl}/logo.png`, mimeType: 'image/png' }],
  }
  const cached = { ttlMs: lifetime, cacheScope: 'public' } as const
  const options: ServerOptions = {
    capabilities: { tools: {}, ...(views.size > 0 && { resources: {} }) },
    instructions: plugin.descriptionForModel,
    cacheHints: {
      'tools/list': cached,
      'server/discover': cached,
      'resources/list': cached,
      'resources/templates/list': cached,
      'resources/read': cached,
    },
    jsonSchemaValidator: { getValidator: unused },
  }

  return createMcpHandler(({ requestInfo }) => {
    const server = new Server(identity, options)
    const from = callers.get(requestInfo as Request) as McpCaller
    server.setRequestHandler('tools/list', () => tools)
    server.setRequestHandler('tools/call', ({ params }, context) => {
      const operation = byName.get(params.name)
      if (!operation)
        throw new ProtocolError(
          ProtocolErrorCode.InvalidParams,
          `The tool ${params.name.slice(0, 64)} does not exist: find tools with tools/list`,
        )
      return callTool(plugin, operation, params.arguments ?? {}, toCall(from, context), deadlines)
    })
    if (views.size === 0) return server
    server.setRequestHandler('resources/list', () => resources)
    server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates: [] }))
    server.setRequestHandler('resources/read', ({ params: { uri } }) => {
      const view = views.get(uri)
      if (!view) throw new ResourceNotFoundError(uri)
      const { mimeType, _meta } = view.resource
      return { contents: [{ uri, mimeType, text: view.html, _meta }] }
    })
    return server
  })
}

/** The SDK needs a validator for answers to the server's questions; operations ask none and check their own input. */
function unused(): never {
  throw new Error('the server asks the client no questions')
}
