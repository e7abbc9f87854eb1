import type { Reading, Transaction } from '@reference-plugins/store'
import type { z } from 'zod'
import type { Confirmation } from './confirmation.ts'

/**
 * How a call that is repeated with the same idempotency key is done once.
 * `transaction`: the handler works in one transaction of the plugin's database, together with the key and the answer.
 * `resume`: the handler calls other services. If the process ends in the middle, the handler runs again with the same key
 * and input, and must find what it has already done.
 */
export type Once = 'transaction' | 'resume'

/** What a handler of an operation that acts once gets besides. */
export type OnceContext<How extends Once | undefined> = How extends 'transaction'
  ? {
      /** Commits with the answer. May run more than once, so the handler has no other effect. */ transaction: Transaction
    }
  : How extends 'resume'
    ? {
        /** The same for each try. Pass it on to services that know idempotency keys. At most 64 characters. */
        key: string
        /** Whether an earlier try ended without an answer, and may have done a part. */
        isAgain: boolean
        /**
         * Throws if the caller has cancelled the task that the call has become; `takeBack` runs before that. Call it where
         * nothing has been done yet, or where `takeBack` undoes it, because the task then ends as cancelled.
         */
        throwIfCancelled: (takeBack?: () => unknown) => Promise<void>
      }
    : unknown

/** How an action is taken back. Specs, tools and skills say so. */
export interface Undo {
  /** The operation that says what it costs, by its operationId. */
  quote?: string
  /** The operation that does it. */
  by: string
}

/** The members of an operation that acts. */
export interface ActingOptions<Input extends z.ZodObject, Given, How extends Once | undefined> {
  /** Makes a repeated call act once: it takes an idempotency key. The plugin needs `database`. */
  once?: How
  /**
   * Says what the call will do, from current data. A person confirms it before the handler runs, wherever the client can
   * ask one. Fails as the handler would, if the call cannot be made. Needs `once`.
   */
  confirm?: (input: z.output<Input>, given: Given & { reading: Reading }) => Confirmation | Promise<Confirmation>
  /**
   * What happens where the client cannot ask a person: the call is refused, or it is made if each of these inputs is the
   * same as the member of `bound` with its name. By default refused.
   */
  unasked?: 'refuse' | readonly (keyof z.output<Input> & string)[]
  /** The operation that says what this one costs, by its operationId. A model calls it first. Specs, tools and skills say so. */
  quote?: string
  undo?: Undo
  /**
   * After this many seconds, 0 to 40, a call that is not done becomes a task: the caller gets its id, and reads the answer
   * with getTask, which core adds. The call outlives its connection and the process. Needs `once: 'resume'`.
   */
  taskAfter?: number
}
