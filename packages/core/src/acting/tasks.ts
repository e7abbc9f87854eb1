import type { Database, Transaction } from '@reference-plugins/store'
import { Problem } from '../problem.ts'
import { after, cancelled, isUnfinished, type Row } from './kept-answers.ts'
import { type ActionName, CallCancelled, type Progress, type Task, type TaskStatus } from './task.ts'

interface TaskRow extends Row {
  id: string
  operation: string
  progress: string | null
  cancelled_at: string | null
  created_at: string
  updated_at: string
  expires_at: string
}

const longestMessage = 500

/** The table of tasks. A task has no state of its own: it is that of its action. */
export class Tasks {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Makes a task of an action that runs, or finds the one that it is already. */
  async begin({ owner, operation, key }: ActionName): Promise<Task> {
    const now = after(0)
    await this.#database.run`
      INSERT INTO core_task (id, owner, operation, action_key, created_at, updated_at)
      VALUES (${crypto.randomUUID()}, ${owner}, ${operation}, ${key}, ${now}, ${now})
      ON CONFLICT (owner, operation, action_key) DO NOTHING`
    const row = await this.#database.get<{ id: string }>`
      SELECT id FROM core_task WHERE owner = ${owner} AND operation = ${operation} AND action_key = ${key}`
    return this.find(row?.id ?? '', owner)
  }

  /** @throws Problem 404 if this owner has no such task */
  async find(id: string, owner: string): Promise<Task> {
    const row = await this.#database.get<TaskRow>`
      SELECT task.id, task.operation, task.action_key, task.progress, task.cancelled_at, task.created_at, task.updated_at,
        action.input_hash, action.status, action.answer, action.tries, action.held_until, action.expires_at
      FROM core_task AS task JOIN core_action AS action
        ON action.owner = task.owner AND action.operation = task.operation AND action.idempotency_key = task.action_key
      WHERE task.id = ${id} AND task.owner = ${owner}`
    if (!row) throw new Problem(404, 'There is no such task: tasks are kept for 48 hours after they end')
    return toTask(row)
  }

  /** Asks the handler to give up. Does nothing to a task that has ended. */
  async cancel(id: string, owner: string): Promise<Task> {
    const { status } = await this.find(id, owner)
    const now = after(0)
    if (status === 'working')
      await this.#database.run`
        UPDATE core_task SET cancelled_at = ${now}, updated_at = ${now}
        WHERE id = ${id} AND owner = ${owner} AND cancelled_at IS NULL`
    return this.find(id, owner)
  }

  /** @throws CallCancelled if the caller has cancelled it, after `takeBack` */
  async throwIfCancelled({ owner, operation, key }: ActionName, takeBack?: () => unknown): Promise<void> {
    const row = await this.#database.get<{ cancelled_at: string | null }>`
      SELECT cancelled_at FROM core_task WHERE owner = ${owner} AND operation = ${operation} AND action_key = ${key}`
    if (typeof row?.cancelled_at !== 'string') return
    await takeBack?.()
    throw new CallCancelled()
  }

  /** Does nothing if the action is no task. */
  async report({ owner, operation, key }: ActionName, { message, ...progress }: Progress): Promise<void> {
    const text = JSON.stringify({ ...progress, message: message?.slice(0, longestMessage) })
    await this.#database.run`
      UPDATE core_task SET progress = ${text}, updated_at = ${after(0)}
      WHERE owner = ${owner} AND operation = ${operation} AND action_key = ${key}`
  }

  /** Removes the tasks whose actions have been removed. */
  removeOld(transaction: Transaction): Promise<number> {
    return transaction.run`
      DELETE FROM core_task WHERE created_at < ${after(-48 * 3600)} AND NOT EXISTS (
        SELECT 1 FROM core_action WHERE core_action.owner = core_task.owner
          AND core_action.operation = core_task.operation AND core_action.idempotency_key = core_task.action_key)`
  }
}

function toTask(row: TaskRow): Task {
  const status = toStatus(row)
  return {
    id: row.id,
    operation: row.operation,
    status,
    progress: row.progress === null ? undefined : JSON.parse(row.progress),
    isEnding: status === 'working' && row.cancelled_at !== null,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    expiresAt: row.expires_at,
    answer: row.status === 200 ? (row.answer as string) : undefined,
    problem: toProblem(row, status),
  }
}

function toStatus(row: TaskRow): TaskStatus {
  if (isUnfinished(row)) return 'working'
  if (row.status === 200) return 'completed'
  return row.status === cancelled ? 'cancelled' : 'failed'
}

function toProblem({ status, answer }: TaskRow, taskStatus: TaskStatus): Problem | undefined {
  if (taskStatus === 'cancelled') return new CallCancelled()
  if (taskStatus !== 'failed') return undefined
  if (status === null || answer === null)
    return new Problem(500, 'The service failed again and again. The failures are logged: tell the user')
  const { detail, errors } = JSON.parse(answer)
  return new Problem(status, detail, { errors })
}
