import { setTimeout as sleep } from 'node:timers/promises'
import {
  type CallToolResult,
  type ProtocolEra,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { z } from 'zod'
import type { Task } from '../acting/task.ts'
import { pollInterval, taskAnswer } from '../acting/task-document.ts'
import { cancelTask, findTask } from '../acting/task-operations.ts'
import type { Plugin, PluginOperation } from '../plugin.ts'
import { toProblem } from '../problem.ts'
import { clientCapabilities, tasksExtension } from './client-capabilities.ts'
import { missingCapability, type SharedServer } from './shared-server.ts'
import { type McpCall, toRefusal, toResult } from './tool-call.ts'

const relatedTask = 'io.modelcontextprotocol/related-task'
/** How long tasks/result of 2025-11-25 waits, in milliseconds. */
const longestWait = 600_000

const params = z.object({ taskId: z.string().max(64) })

/** What a server with tasks says about itself. */
export const taskCapabilities = {
  modern: { extensions: { [tasksExtension]: {} } },
  legacy: { tasks: { cancel: {}, requests: { tools: { call: {} } } } },
}

/** What a call does when it becomes a task: nothing else, unless its client knows tasks. */
export function taskOptions(
  era: ProtocolEra,
  { id, taskAfter }: PluginOperation,
  { task }: { task?: object | undefined },
  context: ServerContext,
): Pick<McpCall, 'toTask' | 'patience'> {
  if (era === 'modern')
    return knowsTasks(context) ? { toTask: (task) => created({ resultType: 'task', ...toModern(task) }) } : {}
  if (task === undefined) return {}
  if (taskAfter === undefined)
    throw new ProtocolError(ProtocolErrorCode.MethodNotFound, `${id} is never a task: call it without one`)
  return { toTask: (task) => created({ ...toResult(undefined, taskAnswer(task)), task: toLegacy(task) }), patience: 0 }
}

/** The SDK knows only the usual answers to a call. */
const created = (result: object): CallToolResult => result as CallToolResult

const knowsTasks = ({ mcpReq }: ServerContext): boolean =>
  clientCapabilities(mcpReq).extensions?.[tasksExtension] !== undefined

/** Lets clients read, and cancel, the tasks of their own caller. */
export function serveTasks(server: SharedServer, plugin: Plugin, era: ProtocolEra): void {
  const toState = era === 'modern' ? toModern : toLegacy
  const inline = (task: Task) =>
    era === 'modern' && isDone(task) ? { result: { resultType: 'complete', ...resultOf(plugin, task) } } : {}
  const find = (taskId: string, context: ServerContext) =>
    inTask(() => findTask(plugin, server.pendingOf(context).from.caller, taskId))

  server.setRequestHandler('tasks/get', { params }, async ({ taskId }, context) => {
    if (era === 'modern') requireTasks(context)
    const task = await find(taskId, context)
    return { ...toState(task), ...inline(task) }
  })
  server.setRequestHandler('tasks/cancel', { params }, async ({ taskId }, context) => {
    if (era === 'modern') requireTasks(context)
    const task = await inTask(() => cancelTask(plugin, server.pendingOf(context).from.caller, taskId))
    return era === 'modern' ? {} : toLegacy(task)
  })
  if (era === 'modern')
    // Nothing is ever asked while a task runs, so there is nothing to do with the answers.
    server.setRequestHandler('tasks/update', { params }, async ({ taskId }, context) => {
      requireTasks(context)
      await find(taskId, context)
      return {}
    })
  else
    server.setRequestHandler('tasks/result', { params }, async ({ taskId }, context) => {
      const end = performance.now() + longestWait
      let task = await find(taskId, context)
      while (task.status === 'working' && performance.now() < end && !context.mcpReq.signal.aborted) {
        await sleep(500, undefined, { signal: context.mcpReq.signal }).catch(() => {})
        task = await find(taskId, context)
      }
      if (task.status === 'working')
        throw new ProtocolError(ProtocolErrorCode.InternalError, 'The task is still working')
      return { ...resultOf(plugin, task), _meta: { [relatedTask]: { taskId } } }
    })
}

function requireTasks(context: ServerContext): void {
  if (knowsTasks(context)) return
  throw new ProtocolError(
    missingCapability,
    `Declare the extension ${tasksExtension} in the capabilities of the request`,
    {
      requiredCapabilities: taskCapabilities.modern,
    },
  )
}

/** A task that cannot be found is a wrong parameter. */
async function inTask(find: () => Promise<Task>): Promise<Task> {
  try {
    return await find()
  } catch (error) {
    const problem = toProblem(error)
    if (problem.status >= 500) throw error
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, problem.message)
  }
}

/** A call that failed has a result too: one with `isError`. `failed` is for errors of the protocol. */
const isDone = ({ status }: Task): boolean => status === 'completed' || status === 'failed'

function resultOf(plugin: Plugin, { operation, answer, problem }: Task): CallToolResult {
  if (answer === undefined) return toRefusal(toProblem(problem))
  const own = plugin.operations.find(({ id }) => id === operation)
  return toResult(own, { text: answer, data: JSON.parse(answer) })
}

function toModern(task: Task) {
  const { ttl, pollInterval: pollIntervalMs, ...state } = toLegacy(task)
  return { ...state, ttlMs: ttl, pollIntervalMs }
}

function toLegacy(task: Task) {
  const { progress, problem, isEnding } = task
  const said = isEnding ? 'It ends as soon as it can' : (problem?.message ?? progress?.message ?? describe(progress))
  return {
    taskId: task.id,
    status: isDone(task) ? ('completed' as const) : task.status,
    ...(said && { statusMessage: said }),
    createdAt: task.createdAt,
    lastUpdatedAt: task.updatedAt,
    ttl: Date.parse(task.expiresAt) - Date.parse(task.createdAt),
    pollInterval: pollInterval * 1000,
  }
}

const describe = (progress: Task['progress']): string | undefined =>
  progress && (progress.total === undefined ? `${progress.done}` : `${progress.done} of ${progress.total}`)
