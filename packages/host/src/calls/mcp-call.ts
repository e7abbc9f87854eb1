import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { type Outcome, type PreparedCall, toOutcome, withoutSecrets } from './call.ts'

/** Connects to an MCP server with the newest protocol version that it supports. */
export async function connectMcp(
  url: string,
  { fetch, authorization, signal }: Pick<PreparedCall, 'fetch' | 'authorization' | 'signal'>,
): Promise<Client> {
  const client = new Client({ name: 'reference-plugins-host', version: '1' }, { versionNegotiation: { mode: 'auto' } })
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    fetch: (input, init) => fetch(input, { ...init, signal }),
    requestInit: authorization === undefined ? {} : { headers: { authorization } },
  })
  await client.connect(transport)
  return client
}

/** Calls a tool of an MCP server. */
export async function callMcp(input: PreparedCall): Promise<Outcome> {
  const { plugin, operation, signal } = input
  const { target } = operation
  if (target.kind !== 'mcp') throw new Error(`${operation.name} is not a tool`)
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: target.tool, arguments: input.arguments },
  })
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    ...(input.authorization !== undefined && { authorization: input.authorization }),
  }
  const request = { method: 'POST', url: plugin.document.server, headers, body }
  input.onRequest?.({ ...request, headers: withoutSecrets(headers) })
  let status = 200
  const watched: PreparedCall['fetch'] = async (url, init) => {
    const answer = await input.fetch(url, init)
    if (answer.status >= 400) status = answer.status
    return answer
  }
  try {
    const client = await connectMcp(plugin.document.server, { ...input, fetch: watched })
    try {
      status = 200
      const answer = await client.callTool({ name: target.tool, arguments: input.arguments }, { signal })
      const outcome = toOutcome(request, { status: answer.isError ? 400 : 200, headers: {}, body: toText(answer) })
      return answer.isError
        ? { ...outcome, result: `The tool rejected this call.\n${outcome.response?.body}` }
        : outcome
    } finally {
      await client.close()
    }
  } catch (error) {
    if (status < 400) throw error
    return toOutcome(request, { status, headers: {}, body: (error as Error).message })
  }
}

interface ToolAnswer {
  content?: { type: string; text?: string | undefined; mimeType?: string | undefined; uri?: string | undefined }[]
  structuredContent?: unknown
}

/** Structured content is complete; the text beside it is for clients that cannot read it. */
function toText({ content = [], structuredContent }: ToolAnswer): string {
  if (structuredContent !== undefined) return JSON.stringify(structuredContent)
  return content
    .map(
      ({ type, text, mimeType, uri }) =>
        text ?? `[${type}${mimeType ? ` of ${mimeType}` : ''}${uri ? `: ${uri}` : ''}]`,
    )
    .join('\n')
}
