import type { Task } from './acting/task.ts'
import type { Caller } from './auth/auth.ts'
import type { Context } from './operation.ts'

/** A call without its input, over HTTP or MCP. The handler receives it. */
export interface Call extends Context {
  caller: Caller | undefined
  /** How it came. Missing if it came from code, such as a test. */
  readonly via?: 'http' | 'mcp'
  /** As it was sent besides the input. */
  idempotencyKey?: string | undefined
  confirming?: Confirming | undefined
  /** How long it waits for an answer that may become a task, in seconds. */
  patience?: number | undefined
}

/** What a client can do about a confirmation, and what it has got from the person. */
export interface Confirming {
  /** Whether the client can ask a person, and keep the token from the model. */
  canAsk: boolean
  token?: string | undefined
  /** Whether the person was asked, and did not say yes. */
  isDeclined?: boolean
}

export interface Answer {
  /** As JSON, at most 100,000 characters. */
  text: string
  /** The same answer as an object. */
  data: Record<string, unknown>
  /** Whether it was given before, to a call with the same idempotency key. */
  isReplayed?: boolean
  /** The call runs on as this task; `data` says so. */
  task?: Task
}

/**
 * The call with more members, which win. Its own are not copied: some are made when they are asked for, and need their own
 * object.
 */
export const withMore = <More extends object>(call: Call, more: More): Call & More => ({
  caller: call.caller,
  fail: call.fail,
  progress: (done, total, message) => call.progress(done, total, message),
  get log() {
    return call.log
  },
  get signal() {
    return call.signal
  },
  ...more,
})
