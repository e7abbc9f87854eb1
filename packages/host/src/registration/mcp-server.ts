import { type PluginDocument, toMcpDocument } from '@reference-plugins/reader'
import type { PreparedCall } from '../calls/call-input.ts'
import { connectMcp } from '../calls/mcp-call.ts'
import { Refusal } from './steps.ts'
import type { Trace } from './trace.ts'

const mostTools = 200

/** Whether an MCP server answers there: it says so to a request that no other server understands. */
export async function looksLikeMcp(url: string, trace: Trace): Promise<boolean> {
  // What has the name of a document is one.
  if (/\.(json|ya?ml)$/i.test(new URL(url).pathname)) return false
  const answer = await trace
    .fetch(url, { method: 'GET', headers: { accept: 'text/event-stream' } })
    .catch(() => undefined)
  if (!answer) return false
  const isStream = answer.headers.get('content-type')?.startsWith('text/event-stream') === true
  const isNamed = /\/mcp\/?$/.test(new URL(url).pathname)
  const challenge = answer.headers.get('www-authenticate') ?? ''
  return (
    isStream || (isNamed && ([400, 405, 406].includes(answer.status) || /resource_metadata|bearer/i.test(challenge)))
  )
}

/** Reads the tools of an MCP server. @throws Refusal */
export async function readMcpServer(
  url: string,
  options: Pick<PreparedCall, 'fetch' | 'authorization' | 'signal'>,
): Promise<PluginDocument> {
  let status = 200
  const fetch: PreparedCall['fetch'] = async (input, init) => {
    const answer = await options.fetch(input, init)
    if (answer.status === 401 || answer.status === 403) status = answer.status
    return answer
  }
  try {
    const client = await connectMcp(url, { ...options, fetch })
    try {
      const tools = []
      for (let cursor: string | undefined; ; ) {
        const page = await client.listTools(cursor === undefined ? {} : { cursor }, { signal: options.signal })
        tools.push(...page.tools)
        cursor = page.nextCursor
        if (cursor === undefined || tools.length >= mostTools) break
      }
      const version = client.getServerVersion()
      return toMcpDocument(
        {
          url,
          name: version?.name ?? '',
          title: version?.title,
          instructions: client.getInstructions(),
          hasToken: options.authorization !== undefined,
        },
        tools.slice(0, mostTools),
      )
    } finally {
      await client.close()
    }
  } catch (error) {
    if (status === 401)
      throw new Refusal({
        message: 'The MCP server asks for a token',
        advice:
          'Enter a token with the address. Where it wants OAuth, register the plugin by its manifest or its domain',
      })
    throw new Refusal(
      {
        message: `The MCP server cannot be used: ${(error as Error).message.slice(0, 200)}`,
        advice: 'Look at it with the MCP Inspector',
      },
      error,
    )
  }
}
