import { Problem } from '../problem.ts'

/** As MCP names them. No task needs input, because a person is asked before it begins. */
export type TaskStatus = 'working' | 'completed' | 'failed' | 'cancelled'

export interface Progress {
  done: number
  total?: number | undefined
  message?: string | undefined
}

/** A call that runs on after it was answered. */
export interface Task {
  /** Nobody can guess it. */
  id: string
  operation: string
  status: TaskStatus
  progress: Progress | undefined
  /** Whether its caller has cancelled it, and it has not ended yet. */
  isEnding: boolean
  createdAt: string
  updatedAt: string
  expiresAt: string
  /** The answer as JSON, if it is completed. */
  answer: string | undefined
  /** Why it failed or was cancelled. */
  problem: Problem | undefined
}

/** The action that a task is. */
export interface ActionName {
  owner: string
  operation: string
  key: string
}

/** The handler has given up, because the caller has cancelled the call. */
export class CallCancelled extends Problem {
  constructor() {
    super(409, 'This call was cancelled before it was done: call with a new idempotency key to do it')
  }
}
