import { z } from 'zod'
import type { Answer } from '../call.ts'
import { titleOf } from '../problem.ts'
import type { Task } from './task.ts'

/** How long to wait before a task is read again, in seconds. */
export const pollInterval = 2

/** A task, as over HTTP and in a tool's answer. */
export const TaskDocument = z
  .object({
    task_id: z.string().describe('For getTask and cancelTask'),
    operation: z.string().describe('The operation that began it'),
    status: z
      .enum(['working', 'completed', 'failed', 'cancelled'])
      .describe('working: not done yet; completed: see result; failed or cancelled: see problem'),
    next: z.string().describe('What to do next'),
    progress: z
      .object({ done: z.number(), total: z.number().optional(), message: z.string().optional() })
      .optional()
      .describe('How far it is'),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    expires_at: z.iso.datetime().describe('It is kept until then, or for 48 hours after it ends'),
    retry_after: z.int().optional().describe('In how many seconds to read it again'),
    result: z.looseObject({}).optional().describe('The answer, as the operation that began it gives it'),
    problem: z
      .object({
        status: z.int(),
        title: z.string(),
        detail: z.string().describe('What is wrong and what to do next'),
        errors: z.array(z.object({ name: z.string(), detail: z.string() })).optional(),
      })
      .optional(),
  })
  .meta({ id: 'Task' })

export function toTaskDocument(task: Task): z.infer<typeof TaskDocument> {
  const { problem, status } = task
  return {
    task_id: task.id,
    operation: task.operation,
    status,
    next: nextOf(task),
    ...(task.progress && { progress: task.progress }),
    created_at: task.createdAt,
    updated_at: task.updatedAt,
    expires_at: task.expiresAt,
    ...(status === 'working' && { retry_after: pollInterval }),
    ...(task.answer !== undefined && { result: JSON.parse(task.answer) }),
    ...(problem && {
      problem: {
        status: problem.status,
        title: titleOf(problem.status),
        detail: problem.message,
        ...(problem.errors && { errors: problem.errors }),
      },
    }),
  }
}

/** The answer to a call that has become a task. */
export function taskAnswer(task: Task): Answer {
  const data = toTaskDocument(task)
  return { text: JSON.stringify(data), data, task }
}

function nextOf({ status, isEnding, operation }: Task): string {
  if (isEnding) return 'It ends as soon as it can: call getTask with this task_id to see how'
  if (status === 'working')
    return `Not done yet: call getTask with this task_id for the answer. Do not call ${operation} again`
  return status === 'completed' ? 'Done: result is the answer' : 'Not done: do what the detail of problem says'
}
