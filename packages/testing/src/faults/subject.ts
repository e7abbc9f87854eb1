import type { Caller, Plugin } from '@reference-plugins/core'
import type { AskedCall } from './asked-call.ts'
import type { Watch } from './watch.ts'

/** A plugin whose operations act, as the fault tests need it. `Outside` is what other services hold. */
export interface Subject<Outside> {
  /** Makes the other services, which outlive the plugin. */
  createOutside(): Outside | Promise<Outside>
  /** Ends them. */
  closeOutside?(outside: Outside): Promise<void>
  /**
   * Opens the plugin, as a new process would. It may call other services only through `watch(service)`; its databases
   * are watched without that.
   */
  open(url: string, outside: Outside, watch: Watch): Promise<Plugin>
  /** The time at which it begins, in milliseconds. By default now. */
  startsAt?: number
  /** The user of a schedule. By default `{ id }`. */
  caller?(id: string): Caller | undefined
  /** What a user does, in the order in which one needs the other. */
  steps: Readonly<Record<string, Step<Outside>>>
  /** What happens meanwhile, such as a price that changes. With the choice 0 it ends, if it has an end. */
  events?: Readonly<Record<string, (scene: Scene<Outside>, choice: number) => unknown>>
  /**
   * Compares what the calls have got with what the other services hold and with what the plugin says. Asserts that each
   * call that is `done` has acted once, that one that is `refused` has not acted, and that whatever an `unknown` one has
   * done can be found.
   */
  check(scene: Scene<Outside>): Promise<void>
}

export interface Step<Outside> {
  /** The operationId. */
  operation: string
  /**
   * The input of a new call, with what the user would confirm. Undefined if there is nothing to do now. A Problem that it
   * throws, such as that of a read, has the same meaning.
   * @param choice a random number from 0
   */
  input(scene: Scene<Outside>, choice: number): object | undefined | Promise<object | undefined>
}

/** One user, and what happens to that user. */
export interface Scene<Outside> {
  readonly id: string
  readonly outside: Outside
  /** All that were made, in order. */
  readonly calls: readonly AskedCall[]
  /** Those of a step that are known to be done. */
  done(step: string): AskedCall[]
  /** Calls an operation that only reads, or that needs no key, and returns its output. @throws Problem */
  read<Output = Record<string, unknown>>(operation: string, input: object): Promise<Output>
}
