import type { CallToolResult, ServerContext } from '@modelcontextprotocol/server'
import type { Caller } from '../auth/auth.ts'
import type { Deadlines } from '../deadline.ts'
import type { Exchange } from '../exchange.ts'
import { fail } from '../operation.ts'
import type { Plugin, PluginOperation } from '../plugin.ts'
import { type Problem, titleOf, toProblem } from '../problem.ts'
import { type Answer, type Call, run } from '../run.ts'

/** The caller of a request to MCP, and the exchange of that request. */
export interface McpCaller {
  caller: Caller | undefined
  exchange: Exchange
}

/** Runs an operation for an MCP client. An error that the model can act on is a result with `isError`, not a protocol error. */
export async function callTool(
  plugin: Plugin,
  operation: PluginOperation,
  input: unknown,
  call: Call,
  deadlines: Deadlines,
): Promise<CallToolResult> {
  try {
    const { text, data } = await beforeDeadline(deadlines, run(plugin, operation, input, call))
    const more = operation.content?.(data as never) ?? []
    return { content: [{ type: 'text', text }, ...more], structuredContent: data }
  } catch (error) {
    const problem = toProblem(error)
    if (problem.status >= 500) call.log.error({ err: problem.cause ?? error }, 'failed')
    return { content: [{ type: 'text', text: sentence(problem) }], isError: true }
  }
}

/** The call that a `tools/call` makes. */
export function toCall({ caller, exchange }: McpCaller, { mcpReq }: ServerContext): Call {
  const progressToken = mcpReq._meta?.progressToken
  return {
    caller,
    via: 'mcp',
    fail,
    get log() {
      return exchange.log
    },
    signal: mcpReq.signal,
    progress(progress, total, message) {
      if (progressToken === undefined) return
      const params = { progressToken, progress, ...(total !== undefined && { total }), ...(message && { message }) }
      // A client that has disconnected needs no progress.
      mcpReq.notify({ method: 'notifications/progress', params }).catch(() => {})
    },
  }
}

const sentence = ({ status, message }: Problem): string => `${titleOf(status)} (${status}). ${message}`

async function beforeDeadline(deadlines: Deadlines, answer: Promise<Answer>): Promise<Answer> {
  const { promise, reject } = Promise.withResolvers<never>()
  const deadline = deadlines.start(reject)
  try {
    return await Promise.race([answer, promise])
  } finally {
    deadlines.end(deadline)
  }
}
