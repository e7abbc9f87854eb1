import type { Client } from '@modelcontextprotocol/client'
import { type McpTool, type PluginDocument, toMcpDocument } from '@reference-plugins/reader'
import type { PreparedCall } from '../calls/call.ts'
import { useMcp } from '../calls/mcp-call.ts'
import { challengesIn } from '../sign-in/challenges.ts'
import { Refusal } from './steps.ts'
import type { Fetched, Trace } from './trace.ts'

const mostTools = 200

/** An MCP server answered 401. */
export class TokenWanted extends Refusal {
  /** Its WWW-Authenticate header. */
  readonly challenge: string | undefined

  constructor(message: string, advice: string, challenge: string | undefined) {
    super(message, advice)
    this.challenge = challenge
  }
}

export interface McpProbe {
  /** `possible`: it asks for a token as an MCP server does, but so do other APIs. */
  likelihood: 'sure' | 'possible' | 'none'
  /** Whether no other server answers like this, whatever the URL is called. */
  isCertain: boolean
  answer?: Fetched
}

/** Whether the URL ends as that of an MCP server usually does. */
export const isNamedMcp = (url: string): boolean => /\/mcp\/?$/.test(new URL(url).pathname)

/**
 * Whether an MCP server answers at the URL: it answers a request for events that no other server understands.
 * @throws Refusal for the transport of 2024, which this host does not speak
 */
export async function probeMcp(url: string, trace: Trace): Promise<McpProbe> {
  const none: McpProbe = { likelihood: 'none', isCertain: false }
  // A URL with the file name of a document leads to a document.
  if (/\.(json|ya?ml)$/i.test(new URL(url).pathname)) return none
  const answer = await trace.fetchFirstEvent(url).catch(() => undefined)
  if (!answer) return none
  const isStream = answer.headers.get('content-type')?.startsWith('text/event-stream') === true
  if (isStream && /^event:\s*endpoint\s*$/m.test(answer.text))
    throw new Refusal(
      'The server speaks the HTTP+SSE transport of MCP, which MCP replaced in 2025',
      'Register its Streamable HTTP endpoint, which is often /mcp, or switch the server to Streamable HTTP',
    )
  const isNamed = isNamedMcp(url)
  const challenges = answer.status === 401 ? challengesIn(answer.headers.get('www-authenticate')) : []
  const hasMetadata = challenges.some(({ parameters }) => parameters.has('resource_metadata'))
  const isBearer = hasMetadata || challenges.some(({ scheme }) => scheme === 'bearer')
  const isSure = isStream || (isNamed && ([400, 405, 406].includes(answer.status) || isBearer))
  return {
    likelihood: isSure ? 'sure' : hasMetadata ? 'possible' : 'none',
    isCertain: isStream || (isNamed && hasMetadata),
    answer,
  }
}

/** Reads the tools of an MCP server. @throws TokenWanted if it answers 401; Refusal */
export async function readMcpServer(
  url: string,
  options: Pick<PreparedCall, 'fetch' | 'authorization' | 'signal'>,
): Promise<PluginDocument> {
  let unauthorized: Response | undefined
  const fetch: PreparedCall['fetch'] = async (input, init) => {
    const answer = await options.fetch(input, init)
    if (answer.status === 401 || answer.status === 403) unauthorized = answer.status === 401 ? answer : undefined
    return answer
  }
  try {
    const hasToken = options.authorization !== undefined
    return await useMcp(url, { ...options, fetch }, (client) => readTools(client, url, hasToken, options.signal))
  } catch (error) {
    if (unauthorized) {
      const challenge = unauthorized.headers.get('www-authenticate') ?? undefined
      throw options.authorization === undefined
        ? new TokenWanted('The MCP server asks for a token', 'Enter a token with the address', challenge)
        : new TokenWanted('The MCP server did not accept the token', 'Check the token, or sign in again', challenge)
    }
    throw new Refusal(
      `The MCP server could not be read: ${(error as Error).message.slice(0, 200)}`,
      'Check it with the MCP Inspector',
      error,
    )
  }
}

async function readTools(client: Client, url: string, hasToken: boolean, signal: AbortSignal): Promise<PluginDocument> {
  const tools: McpTool[] = []
  for (let cursor: string | undefined; ; ) {
    const page = await client.listTools(cursor === undefined ? {} : { cursor }, { signal })
    tools.push(...page.tools)
    cursor = page.nextCursor
    if (cursor === undefined || tools.length >= mostTools) break
  }
  const { name = '', title } = client.getServerVersion() ?? {}
  const instructions = client.getInstructions()
  return toMcpDocument({ url, name, title, instructions, hasToken }, tools.slice(0, mostTools))
}
