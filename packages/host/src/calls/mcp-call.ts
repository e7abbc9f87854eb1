import {
  Client,
  type ClientCapabilities,
  isInputRequiredResult,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client'
import { type Outcome, type PreparedCall, toOutcome, withoutSecrets } from './call.ts'
import { answerOf, toElicited } from './elicited.ts'
import { QuestionRefused } from './question.ts'
import { ReceivedText } from './received-text.ts'

/** For the end of a session, in milliseconds. */
const longestEnd = 2_000

/**
 * Uses an MCP server with the newest protocol version that it supports. Its streams are closed and its session is ended
 * after `work`.
 */
export async function useMcp<Result>(
  url: string,
  { fetch, authorization, signal }: Pick<PreparedCall, 'fetch' | 'authorization' | 'signal'>,
  work: (client: Client) => Promise<Result>,
  capabilities: ClientCapabilities = {},
): Promise<Result> {
  const client = new Client(
    { name: 'reference-plugins-host', version: '1' },
    { versionNegotiation: { mode: 'auto' }, capabilities },
  )
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    fetch: (input, init) => {
      // The session of a call that was given up is ended too.
      const limit = init?.method === 'DELETE' ? AbortSignal.timeout(longestEnd) : signal
      return fetch(input, { ...init, signal: init?.signal ? AbortSignal.any([init.signal, limit]) : limit })
    },
    requestInit: authorization === undefined ? {} : { headers: { authorization } },
  })
  try {
    await client.connect(transport)
    return await work(client)
  } finally {
    // A server that cannot end sessions forgets them by itself.
    await transport.terminateSession().catch(() => {})
    await client.close()
  }
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
  const received = new ReceivedText()
  // The client replaces it by an error of its own.
  let failure: Error | undefined
  const watched: PreparedCall['fetch'] = async (url, init) => {
    const answer = await input.fetch(url, init).catch((error: Error) => {
      if (init?.method === 'POST') failure = error
      throw error
    })
    if (init?.method !== 'POST') return answer
    if (answer.status >= 400) status = answer.status
    return received.keep(answer)
  }
  try {
    const call = (client: Client) => {
      status = 200
      if (operation.confirms && client.getProtocolEra() !== 'modern') throw new QuestionRefused()
      const traced = Object.keys(input.meta).length > 0 && { _meta: input.meta }
      const params = { name: target.tool, arguments: input.arguments, ...traced, ...answerOf(input) }
      return client.callTool(params, { signal, allowInputRequired: true })
    }
    const capabilities = operation.confirms ? { elicitation: { form: {} } } : {}
    const answer = await useMcp(plugin.document.server, { ...input, fetch: watched }, call, capabilities)
    if (isInputRequiredResult(answer)) return { state: 'done', question: toElicited(answer) }
    const outcome = toOutcome(request, {
      status: answer.isError ? 400 : 200,
      headers: {},
      body: toText(answer, received),
    })
    return answer.isError ? { ...outcome, result: `The tool rejected this call.\n${outcome.response?.body}` } : outcome
  } catch (error) {
    if (status < 400 || error instanceof QuestionRefused) throw failure ?? error
    return toOutcome(request, { status, headers: {}, body: (error as Error).message })
  }
}

interface ToolAnswer {
  content?: { type: string; text?: string | undefined; mimeType?: string | undefined; uri?: string | undefined }[]
  structuredContent?: unknown
}

/** Structured content is complete; the text beside it is for clients that cannot read it. */
function toText({ content = [], structuredContent }: ToolAnswer, received: ReceivedText): string {
  if (structuredContent !== undefined) return JSON.stringify(received.lastOf('structuredContent') ?? structuredContent)
  return content
    .map(
      ({ type, text, mimeType, uri }) =>
        text ?? `[${type}${mimeType ? ` of ${mimeType}` : ''}${uri ? `: ${uri}` : ''}]`,
    )
    .join('\n')
}
