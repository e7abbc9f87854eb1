import {
  LATEST_PROTOCOL_VERSION,
  type ProtocolEra,
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  type ServerOptions,
  SUBSCRIPTION_ID_META_KEY,
  SUPPORTED_PROTOCOL_VERSIONS,
  specTypeSchemas,
} from '@modelcontextprotocol/server'
import { Deadlines } from '../deadline.ts'
import type { Plugin } from '../plugin.ts'
import { askerFor, type Elicitations, showsForms } from './elicitation.ts'
import { modernVersion } from './messages.ts'
import { SharedServer } from './shared-server.ts'
import { serveTasks, taskCapabilities, taskOptions } from './tasks.ts'
import { toTool } from './tool.ts'
import { callTool, McpCall } from './tool-call.ts'
import { readViews } from './view.ts'

/** How long a client may cache what never changes while the process runs, in milliseconds. */
const lifetime = 300_000

/** A plugin as MCP servers without sessions: one for protocol 2026-07-28, and one for earlier ones. */
export async function createMcpServers(
  plugin: Plugin,
  publicUrl: string,
  elicitations: Elicitations | undefined,
): Promise<Record<ProtocolEra, SharedServer>> {
  const views = await readViews(plugin)
  const resources = { resources: Array.from(views.values(), ({ resource }) => resource) }
  const byName = new Map(plugin.operations.map((operation) => [operation.id, operation]))
  const hasTasks = plugin.operations.some(({ taskAfter }) => taskAfter !== undefined)
  const deadlines = new Deadlines()
  const serverInfo = {
    name: plugin.name,
    title: plugin.title,
    version: '1',
    websiteUrl: publicUrl,
    icons: [{ src: `${publicUrl}/logo.png`, mimeType: 'image/png' }],
  }
  const cached = { ttlMs: lifetime, cacheScope: 'public' } as const
  const aboutOf = (era: ProtocolEra) => ({
    capabilities: {
      tools: {},
      ...(views.size > 0 && { resources: {} }),
      ...(hasTasks && taskCapabilities[era]),
    },
    instructions: plugin.descriptionForModel,
  })
  const options: ServerOptions = {
    supportedProtocolVersions: [...SUPPORTED_PROTOCOL_VERSIONS, modernVersion],
    cacheHints: {
      'tools/list': cached,
      'server/discover': cached,
      'resources/list': cached,
      'resources/templates/list': cached,
      'resources/read': cached,
    },
    jsonSchemaValidator: { getValidator: unused },
  }

  function create(era: ProtocolEra): Promise<SharedServer> {
    const about = aboutOf(era)
    const tools = { tools: plugin.operations.map((operation) => toTool(plugin, operation, era)) }
    const server = new SharedServer(era, serverInfo, { ...about, ...options })
    server.setRequestHandler('tools/list', () => tools)
    server.setRequestHandler('tools/call', async ({ params }, context) => {
      const operation = byName.get(params.name)
      if (!operation)
        throw new ProtocolError(
          ProtocolErrorCode.InvalidParams,
          `The tool ${params.name.slice(0, 64)} does not exist: find tools with tools/list`,
        )
      const { from, reply } = server.pendingOf(context)
      const ask = era === 'legacy' && operation.confirm && (await askerFor(elicitations, from, reply, context))
      const more = { ...taskOptions(era, operation, params, context), ...(ask && { ask }) }
      const call = new McpCall(from, context, more)
      return callTool(plugin, operation, params.arguments ?? {}, call, deadlines)
    })
    if (hasTasks) serveTasks(server, plugin, era)
    // The handler of the SDK would remember the client.
    server.setRequestHandler('initialize', async ({ params: { protocolVersion, capabilities } }, context) => {
      const { caller, exchange } = server.pendingOf(context).from
      if (elicitations && showsForms(capabilities)) {
        const sessionId = await elicitations.toSessionId(caller?.id ?? '')
        exchange.headers = [...exchange.headers, 'Mcp-Session-Id', sessionId]
      }
      return {
        protocolVersion: SUPPORTED_PROTOCOL_VERSIONS.includes(protocolVersion)
          ? protocolVersion
          : LATEST_PROTOCOL_VERSION,
        serverInfo,
        ...about,
      }
    })
    // Nothing changes while the process runs, so there is nothing to wait for.
    server.setRequestHandler(
      'subscriptions/listen',
      { params: specTypeSchemas.SubscriptionsListenRequestParams },
      async (_, context) => {
        const _meta = { [SUBSCRIPTION_ID_META_KEY]: server.pendingOf(context).id }
        const params = { notifications: {}, _meta }
        await context.mcpReq.notify({ method: 'notifications/subscriptions/acknowledged', params })
        return { _meta }
      },
    )
    if (views.size > 0) serveViews(server)
    return server.open()
  }

  function serveViews(server: SharedServer): void {
    server.setRequestHandler('resources/list', () => resources)
    server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates: [] }))
    server.setRequestHandler('resources/read', ({ params: { uri } }) => {
      const view = views.get(uri)
      if (!view) throw new ResourceNotFoundError(uri)
      const { mimeType, _meta } = view.resource
      return { contents: [{ uri, mimeType, text: view.html, _meta }] }
    })
  }

  return { modern: await create('modern'), legacy: await create('legacy') }
}

/** The SDK needs a validator for answers to the server's questions; operations ask none and check their own input. */
function unused(): never {
  throw new Error('the server asks the client no questions')
}
