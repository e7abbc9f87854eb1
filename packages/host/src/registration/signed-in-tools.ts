import { guardedFetcher } from '@reference-plugins/guarded-fetch'
import type { Host } from '../host.ts'
import type { FoundPlugin, RegisteredPlugin } from '../plugins/plugins.ts'
import { mcpTexts } from './mcp-reading.ts'
import { readMcpServer } from './mcp-server.ts'

/** Whether the tools of a plugin can be read only by somebody who has signed in. */
export const needsSignIn = ({ document: { source, auth } }: FoundPlugin): boolean =>
  source === 'mcp' && auth.type === 'oauth'

/**
 * Reads the tools of an MCP server as the user sees them who is signed in. What else is known of it stays.
 * @throws Refusal, NotActivated
 */
export async function readSignedInTools(
  { credentials, options }: Host,
  user: string,
  plugin: RegisteredPlugin,
): Promise<FoundPlugin> {
  const fetch = guardedFetcher({ allowLoopback: options.development, redirects: 0, maximumBytes: 5 * 2 ** 20 })
  const authorization = await credentials.authorization(user, plugin)
  const read = await readMcpServer(plugin.document.server, {
    fetch,
    authorization,
    signal: AbortSignal.timeout(20_000),
  })
  const document = { ...read, auth: plugin.document.auth }
  return {
    address: plugin.address,
    document,
    texts: mcpTexts(document),
    repairs: [],
    ...(plugin.oauth && { oauth: plugin.oauth }),
  }
}
