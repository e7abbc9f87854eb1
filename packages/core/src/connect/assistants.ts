import type { Assistant } from './assistant.ts'
import { fileAssistants } from './file-assistants.ts'
import { mcpAssistants } from './mcp-assistants.ts'
import { openApiAssistants } from './openapi-assistants.ts'

/** Every assistant that this project knows the steps for. The page of a plugin and docs/hosts.md show the same list. */
export const assistants: Readonly<Record<'By MCP' | 'By OpenAPI' | 'By files', readonly Assistant[]>> = {
  'By MCP': mcpAssistants,
  'By OpenAPI': openApiAssistants,
  'By files': fileAssistants,
}
