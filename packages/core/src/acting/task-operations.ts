import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { Caller } from '../auth/auth.ts'
import type { Call } from '../call.ts'
import { type Operation, operation } from '../operation.ts'
import type { Plugin } from '../plugin.ts'
import { text } from '../text.ts'
import type { Actions } from './actions.ts'
import type { Task } from './task.ts'
import { TaskDocument, toTaskDocument } from './task-document.ts'

/** How long getTask waits for the end of a task, in seconds. */
const longestWait = 30
const usualWait = 10
/** Between two looks at a task, in milliseconds. */
const shortestPause = 100
const longestPause = 2_000

const task_id = text(64).describe('The task_id of the answer that said that the call is a task')
const errors = { 404: 'the caller has no such task' }
export const taskOperationNames: readonly string[] = ['getTask', 'cancelTask']

/** The operations that core adds to a plugin with operations that become tasks. */
export const taskOperations = (plugin: () => Plugin): Record<string, Operation<undefined, never>> => ({
  getTask: operation('GET /tasks/{task_id}', {
    summary: 'Read a task: a call that takes long, and its answer when it is done',
    description:
      'Read a task: a call that takes long. Waits for its end, and gives the answer then. Call it until the status is not working.',
    openWorld: true,
    input: z.object({
      task_id,
      wait: z.int().min(0).max(longestWait).default(usualWait).describe('How long to wait for the end, in seconds'),
    }),
    output: TaskDocument,
    errors,
    async handler({ task_id, wait }, context) {
      const { caller, signal } = context as Call
      const end = performance.now() + wait * 1000
      for (let pause = shortestPause; ; pause = Math.min(pause * 1.5, longestPause)) {
        const task = await findTask(plugin(), caller, task_id)
        const left = end - performance.now()
        if (task.status !== 'working' || left <= 0 || signal.aborted) return toTaskDocument(task)
        await sleep(Math.min(pause, left), undefined, { signal }).catch(() => {})
      }
    },
  }),
  cancelTask: operation('DELETE /tasks/{task_id}', {
    summary: 'Cancel a task: it ends as soon as it can, unless it is done before',
    openWorld: true,
    input: z.object({ task_id }),
    output: TaskDocument,
    errors,
    handler: async ({ task_id }, context) =>
      toTaskDocument(await cancelTask(plugin(), (context as Call).caller, task_id)),
  }),
})

/** @throws Problem 404 for a task of another caller, 403 if the caller lacks the scope of the operation that began it */
export async function findTask(plugin: Plugin, caller: Caller | undefined, id: string): Promise<Task> {
  const task = await (plugin.actions as Actions).tasks.find(id, caller?.id ?? '')
  const scope = plugin.operations.find((one) => one.id === task.operation)?.scope
  if (scope !== undefined && !caller?.scopes?.includes(scope)) throw plugin.auth.insufficientScope(scope)
  return task
}

/** @throws as `findTask` does */
export async function cancelTask(plugin: Plugin, caller: Caller | undefined, id: string): Promise<Task> {
  await findTask(plugin, caller, id)
  return (plugin.actions as Actions).tasks.cancel(id, caller?.id ?? '')
}
