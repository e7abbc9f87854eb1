import { CLIENT_CAPABILITIES_META_KEY, type ServerContext } from '@modelcontextprotocol/server'

/** The extension in which a call may become a task, SEP-2663. */
export const tasksExtension = 'io.modelcontextprotocol/tasks'

export interface ClientCapabilities {
  elicitation?: object | undefined
  extensions?: Readonly<Record<string, object>> | undefined
}

/** What the client of a request can do. A client of 2026-07-28 says it with each request. */
export function clientCapabilities({ _meta, envelope }: ServerContext['mcpReq']): ClientCapabilities {
  const members = { ..._meta, ...envelope } as { [CLIENT_CAPABILITIES_META_KEY]?: ClientCapabilities }
  return members[CLIENT_CAPABILITIES_META_KEY] ?? {}
}
