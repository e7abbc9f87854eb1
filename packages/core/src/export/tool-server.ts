import type { Plugin } from '../plugin.ts'

/** The plugin's name where only small letters are allowed: as an agent plugin, a skill, and an MCP server. */
export const exportName = ({ name }: Plugin): string => name.toLowerCase()

/** Where the plugin answers MCP. */
export const toolServerUrl = (publicUrl: string): string => `${publicUrl}/mcp`

/**
 * The variable in which a user keeps the Authorization header; undefined where none is sent, or where the client gets
 * a token by OAuth on its own.
 */
export function authorizationVariable({ name, auth }: Plugin, publicUrl: string): string | undefined {
  const { type } = auth.manifest(publicUrl)
  return type === 'service_http' || type === 'user_http' ? `${name.toUpperCase()}_AUTHORIZATION` : undefined
}
