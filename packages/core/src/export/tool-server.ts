import type { Plugin } from '../plugin.ts'

/** The plugin's name in lower case, for agent plugins, skills and MCP servers. */
export const exportName = ({ name }: Plugin): string => name.toLowerCase()

/** The URL of the plugin's MCP server. */
export const toolServerUrl = (publicUrl: string): string => `${publicUrl}/mcp`

/**
 * The variable that contains the user's Authorization header; undefined if no header is sent, or if the client gets a
 * token by OAuth itself.
 */
export function authorizationVariable({ name, auth }: Plugin, publicUrl: string): string | undefined {
  const { type } = auth.manifest(publicUrl)
  return type === 'service_http' || type === 'user_http' ? `${name.toUpperCase()}_AUTHORIZATION` : undefined
}
