import {
  acceptedContent,
  type CallToolResult,
  type InputRequiredResult,
  inputRequired,
  type ServerContext,
} from '@modelcontextprotocol/server'
import type { Logger } from 'pino'
import { z } from 'zod'
import { ConfirmationRequired, type Question } from '../acting/confirmation.ts'
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
import { showsForms, toForm } from './elicitation.ts'

/** The caller of a request to MCP, and the exchange of that request. */
export interface McpCaller {
  caller: Caller | undefined
  exchange: Exchange
  /** As the client sent it. */
  sessionId: string | undefined
}

/** Runs an operation for an MCP client. An error that the model can act on is a result with `isError`, not a protocol error. */
export async function callTool(
  plugin: Plugin,
  operation: PluginOperation,
  input: unknown,
  call: Call & Pick<McpCall, 'toTask' | 'ask'>,
  deadlines: Deadlines,
): Promise<CallToolResult | InputRequiredResult> {
  for (let asked = 0; ; asked++)
    try {
      const answer = await beforeDeadline(deadlines, run(plugin, operation, input, call))
      return (answer.task && call.toTask?.(answer.task)) ?? toResult(operation, answer)
    } catch (error) {
      const isQuestion = error instanceof ConfirmationRequired && call.confirming?.canAsk
      if (isQuestion && !call.ask) return question(error)
      if (isQuestion && call.ask && asked < mostQuestions) {
        call.confirming = await call.ask(error.confirmation)
        continue
      }
      const problem = toProblem(error)
      if (problem.status >= 500) call.log.error({ err: problem.cause ?? error }, 'failed')
      return toRefusal(problem)
    }
}

/** How often a person is asked about one call, if the facts change each time. */
const mostQuestions = 5

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
  /** Asks the person while the call waits. A client of 2026-07-28 is asked by the result instead. */
  readonly ask?: (question: Question) => Promise<Confirming>
  #confirming: Confirming | undefined
  readonly #exchange: Exchange
  readonly #request: ServerContext['mcpReq']

  constructor(
    { caller, exchange }: McpCaller,
    { mcpReq }: ServerContext,
    more: Pick<McpCall, 'toTask' | 'patience' | 'ask'> = {},
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
    return this.#confirming ?? (this.ask ? { canAsk: true } : toConfirming(this.#request))
  }

  set confirming(confirming) {
    this.#confirming = confirming
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
  const confirm = inputRequired.elicit(toForm(confirmation))
  return inputRequired({ inputRequests: { confirm }, requestState: confirmation.token })
}

const Confirm = z.object({ confirm: z.literal(true) })

function toConfirming(request: ServerContext['mcpReq']): Confirming {
  const { inputResponses, requestState } = request
  const isConfirmed = acceptedContent(inputResponses, 'confirm', Confirm) !== undefined
  return {
    canAsk: showsForms(clientCapabilities(request)),
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
