import { setTimeout as sleep } from 'node:timers/promises'
import type { Database, Transaction } from '@reference-plugins/store'
import type { Answer } from '../call.ts'
import { Problem } from '../problem.ts'
import { ActionSecret } from './action-secret.ts'
import { ConfirmationRequired, ConfirmationTokens } from './confirmation.ts'
import { cancelled, type Interrupted, KeptAnswers, type KeyedCall, keeping } from './kept-answers.ts'
import { LongCalls, type OwnLife } from './long-calls.ts'
import { Questions } from './questions.ts'
import { CallCancelled } from './task.ts'
import { Tasks } from './tasks.ts'

/** How long the holder of a running action keeps it without a sign of life, in seconds. */
const holding = 30

/** How long a process that stops waits for the actions that it runs, in milliseconds. */
const longestStop = 2_000
/** The most interrupted actions that this process goes on with at once. */
const mostResumed = 100

/** What a resumed action needs besides its call. */
export interface Attempt extends Partial<OwnLife> {
  key: string
  isAgain: boolean
  throwIfCancelled(takeBack?: () => unknown): Promise<void>
}

/** The actions of a plugin: each is done once for its idempotency key. Answers are kept for 48 hours. */
export class Actions {
  readonly database: Database
  readonly tasks: Tasks
  readonly questions: Questions
  readonly longCalls: LongCalls
  readonly secret: ActionSecret
  /** What this process runs, and which of that nobody has called. */
  readonly #running = new Set<Promise<unknown>>()
  readonly #resumed = new Set<Promise<unknown>>()
  readonly #answers = new KeptAnswers()
  #sweep: NodeJS.Timeout | undefined

  constructor(database: Database) {
    this.database = database
    this.tasks = new Tasks(database)
    this.questions = new Questions(database)
    this.longCalls = new LongCalls(this.tasks)
    this.secret = new ActionSecret(database)
  }

  /** The answer that an earlier call with one of these keys got. @throws Problem 422 if that call had other input */
  find(call: KeyedCall): Promise<Answer | undefined> {
    return this.#answers.find(this.database, call)
  }

  /** Whether an earlier call with one of these keys was begun. @throws Problem 422 if it had other input */
  isBegun(call: KeyedCall): Promise<boolean> {
    return this.#answers.isBegun(this.database, call)
  }

  /** Runs `work` in one transaction with the key and the answer, or returns the answer of an earlier call. */
  async inTransaction(call: KeyedCall, work: (transaction: Transaction) => Promise<Answer>): Promise<Answer> {
    try {
      return await this.database.transaction(async (transaction) => {
        const kept = await this.#answers.find(transaction, call)
        if (kept) return kept
        const answer = await work(transaction)
        await this.#answers.keep(transaction, call, 200, answer.text)
        return answer
      })
    } catch (error) {
      const earlier =
        isFinal(error) && (await this.database.transaction((transaction) => this.#refuse(transaction, call, error)))
      if (earlier) return earlier
      throw error
    }
  }

  /**
   * Runs `work` while nobody else runs it for this key, or returns the answer of an earlier call.
   * @throws Problem 409 while another process runs it
   */
  async resume(call: KeyedCall, work: (attempt: Attempt) => Promise<Answer>): Promise<Answer> {
    const running = this.#resume(call, work)
    this.#running.add(running)
    try {
      return await running
    } finally {
      this.#running.delete(running)
    }
  }

  async #resume(call: KeyedCall, work: (attempt: Attempt) => Promise<Answer>): Promise<Answer> {
    const begun = await this.database.transaction((transaction) => this.#answers.begin(transaction, call, holding))
    if ('answer' in begun) return begun.answer
    const held = { owner: call.owner, operation: call.operation, ...begun }
    const sign = setInterval(
      () => {
        this.#answers.hold(this.database, held, holding).catch(() => {})
      },
      (holding * 1000) / 3,
    )
    try {
      const answer = await work({
        key: held.key,
        isAgain: held.tries > 1,
        throwIfCancelled: (takeBack) => this.tasks.throwIfCancelled(held, takeBack),
      })
      await this.database.transaction((transaction) => this.#answers.end(transaction, held, 200, answer.text))
      return answer
    } catch (error) {
      if (isFinal(error)) {
        await this.database.transaction((transaction) =>
          this.#answers.end(
            transaction,
            held,
            error instanceof CallCancelled ? cancelled : error.status,
            refusalText(error),
          ),
        )
        throw error
      }
      // Whoever calls again, or the next sweep, goes on where this try ended.
      await this.#answers.release(this.database, held).catch(() => {})
      throw error
    } finally {
      clearInterval(sign)
    }
  }

  async tokens(): Promise<ConfirmationTokens> {
    return new ConfirmationTokens(await this.secret.read(), keeping * 3600)
  }

  /** From now on sweeps every few seconds. */
  start(goOn: (action: Interrupted) => Promise<unknown>): void {
    // A database that is away for a moment is tried again by the next sweep.
    const sweep = () => this.sweep(goOn).catch(() => {})
    this.#sweep = setInterval(sweep, 5_000).unref()
    sweep()
  }

  /** Goes on with actions that were interrupted, and removes old answers. */
  async sweep(goOn: (action: Interrupted) => Promise<unknown>): Promise<void> {
    for (const action of await this.#answers.interrupted(this.database, mostResumed - this.#resumed.size)) {
      const resumed = goOn(action).finally(() => this.#resumed.delete(resumed))
      this.#resumed.add(resumed)
    }
    await this.#answers.removeOld(this.database)
    await this.tasks.removeOld(this.database)
    await this.questions.removeOld(this.database)
    await Promise.all(this.#resumed)
  }

  async ready(): Promise<void> {}

  async close(): Promise<void> {
    clearInterval(this.#sweep)
    this.longCalls.abort()
    const isOver = new AbortController()
    const ended = Promise.allSettled(this.#running).then(() => isOver.abort())
    await Promise.race([ended, sleep(longestStop, undefined, { signal: isOver.signal }).catch(() => {})])
  }

  /** Keeps a refusal, unless another call with one of these keys has got an answer meanwhile. */
  async #refuse(transaction: Transaction, call: KeyedCall, problem: Problem): Promise<Answer | undefined> {
    const kept = await this.#answers.find(transaction, call)
    if (!kept) await this.#answers.keep(transaction, call, problem.status, refusalText(problem))
    return kept
  }
}

/** Errors of the caller are answers, and kept. Whatever may be gone in a moment is not. */
const isFinal = (error: unknown): error is Problem =>
  error instanceof Problem &&
  error.status >= 400 &&
  error.status < 500 &&
  ![408, 425, 428, 429].includes(error.status) &&
  !(error instanceof ConfirmationRequired)

const refusalText = ({ message: detail, errors }: Problem): string => JSON.stringify({ detail, errors })
