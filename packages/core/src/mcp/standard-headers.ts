import type { IncomingHttpHeaders } from 'node:http'
import type { JSONRPCRequest } from '@modelcontextprotocol/server'

/** The parameter that Mcp-Name repeats. */
const named: Record<string, string> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
  'tasks/get': 'taskId',
  'tasks/update': 'taskId',
  'tasks/cancel': 'taskId',
}
const encoded = /^=\?base64\?(.*)\?=$/
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/**
 * What is wrong with the headers in which a request of protocol 2026-07-28 repeats its message, so that a proxy can route
 * it (SEP-2243). Undefined if nothing is. The SDK has already refused a version or method that differs.
 */
export function headerFault(headers: IncomingHttpHeaders, { method, params }: JSONRPCRequest): string | undefined {
  if (headers['mcp-protocol-version'] === undefined) return 'Send the header MCP-Protocol-Version'
  if (headers['mcp-method'] === undefined) return 'Send the header Mcp-Method with the method of the message'
  const member = Object.hasOwn(named, method) ? (named[method] as string) : undefined
  if (member === undefined) return undefined
  const name = params?.[member]
  const header = headers['mcp-name'] as string | undefined
  if (header === name || (header === undefined && typeof name !== 'string')) return undefined
  const decoded = header === undefined ? undefined : decode(header.trim())
  return decoded === undefined || (typeof name === 'string' && decoded !== name)
    ? `Send the header Mcp-Name with params.${member} of the message`
    : undefined
}

/** A name that a header cannot hold is sent in Base64. Undefined if it is not valid. */
function decode(header: string): string | undefined {
  const text = encoded.exec(header)?.[1]
  if (text === undefined) return header
  if (!base64.test(text)) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(text, 'base64'))
  } catch {
    return undefined
  }
}
