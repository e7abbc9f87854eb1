import type { CallToolResult, ServerContext } from '@modelcontextprotocol/server'
import type { Logger } from 'pino'
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

/**
 * The call that a `tools/call` makes. A class, because V8 keeps every object literal with a getter, and all that it refers
 * to, until the next major garbage collection.
 */
export class McpCall implements Call {
  readonly caller: Caller | undefined
  readonly via = 'mcp'
  readonly fail = fail
  readonly #exchange: Exchange
  readonly #request: ServerContext['mcpReq']

  constructor({ caller, exchange }: McpCaller, { mcpReq }: ServerContext) {
    this.caller = caller
    this.#exchange = exchange
    this.#request = mcpReq
  }

  get log(): Logger {
    return this.#exchange.log
  }

  get signal(): AbortSignal {
    return this.#request.signal
  }

  /** Handlers take it out of the call. */
  readonly progress = (progress: number, total?: number, message?: string): void => {
    const progressToken = this.#request._meta?.progressToken
    if (progressToken === undefined) return
    const params = { progressToken, progress, ...(total !== undefined && { total }), ...(message && { message }) }
    // A client that has disconnected needs no progress.
    this.#request.notify({ method: 'notifications/progress', params }).catch(() => {})
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
