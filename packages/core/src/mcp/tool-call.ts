import {
  acceptedContent,
  type CallToolResult,
  type InputRequiredResult,
  inputRequired,
  type ServerContext,
} from '@modelcontextprotocol/server'
import type { Logger } from 'pino'
import { z } from 'zod'
import { ConfirmationRequired } from '../acting/confirmation.ts'
import type { Task } from '../acting/task.ts'
import type { Caller } from '../auth/auth.ts'
import type { Answer, Call, Confirming } from '../call.ts'
import type { Deadlines } from '../deadline.ts'
import type { Exchange } from '../exchange.ts'
import { fail } from '../operation.ts'
import type { Plugin, PluginOperation } from '../plugin.ts'
import { type Problem, titleOf, toProblem } from '../problem.ts'
import { run } from '../run.ts'
import { clientCapabilities } from './client-capabilities.ts'

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
  call: Call & Pick<McpCall, 'toTask'>,
  deadlines: Deadlines,
): Promise<CallToolResult | InputRequiredResult> {
  try {
    const answer = await beforeDeadline(deadlines, run(plugin, operation, input, call))
    return (answer.task && call.toTask?.(answer.task)) ?? toResult(operation, answer)
  } catch (error) {
    if (error instanceof ConfirmationRequired && call.confirming?.canAsk) return question(error)
    const problem = toProblem(error)
    if (problem.status >= 500) call.log.error({ err: problem.cause ?? error }, 'failed')
    return toRefusal(problem)
  }
}

export function toResult(operation: PluginOperation | undefined, { text, data, task }: Answer): CallToolResult {
  const more = task ? [] : (operation?.content?.(data as never) ?? [])
  return { content: [{ type: 'text', text }, ...more], structuredContent: data }
}

export const toRefusal = (problem: Problem): CallToolResult => ({
  content: [{ type: 'text', text: sentence(problem) }],
  isError: true,
})

/**
 * The call that a `tools/call` makes. A class, because V8 keeps every object literal with a getter, and all that it refers
 * to, until the next major garbage collection.
 */
export class McpCall implements Call {
  readonly caller: Caller | undefined
  readonly via = 'mcp'
  readonly fail = fail
  /** What a client that knows tasks gets when the call has become one. */
  readonly toTask?: (task: Task) => CallToolResult
  readonly patience?: number
  readonly #exchange: Exchange
  readonly #request: ServerContext['mcpReq']

  constructor(
    { caller, exchange }: McpCaller,
    { mcpReq }: ServerContext,
    more: Pick<McpCall, 'toTask' | 'patience'> = {},
  ) {
    this.caller = caller
    Object.assign(this, more)
    this.#exchange = exchange
    this.#request = mcpReq
  }

  get idempotencyKey(): string | undefined {
    return textOf(this.#request._meta?.['idempotency-key'])
  }

  get confirming(): Confirming {
    return toConfirming(this.#request)
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

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** The question to the person, for clients of protocol 2026-07-28. The client sends the state back with the answer. */
function question({ confirmation }: ConfirmationRequired): InputRequiredResult {
  const { question, facts = [], token } = confirmation
  const lines = facts.map(({ label, value }) => `${label}: ${value}`)
  const confirm = inputRequired.elicit({
    message: [question, ...lines].join('\n'),
    requestedSchema: {
      type: 'object',
      properties: { confirm: { type: 'boolean', title: 'Yes, do it', default: false } },
      required: ['confirm'],
    },
  })
  return inputRequired({ inputRequests: { confirm }, requestState: token })
}

const Confirm = z.object({ confirm: z.literal(true) })

function toConfirming(request: ServerContext['mcpReq']): Confirming {
  const { inputResponses, requestState } = request
  const isConfirmed = acceptedContent(inputResponses, 'confirm', Confirm) !== undefined
  return {
    canAsk: clientCapabilities(request).elicitation !== undefined,
    token: isConfirmed ? requestState<string>() : undefined,
    isDeclined: inputResponses?.confirm !== undefined && !isConfirmed,
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
