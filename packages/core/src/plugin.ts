import type { Middleware } from 'koa'
import type { Logger } from 'pino'
import type { Actions } from './acting/actions.ts'
import type { Auth } from './auth/auth.ts'
import type { Field } from './input.ts'
import type { Operation } from './operation.ts'
import type { Problem } from './problem.ts'

/** What core gives a mount, as `ctx.state`. */
export interface MountState {
  readonly log: Logger
  /**
   * Authenticates, and counts refused tokens together with those of operations and of MCP.
   * @throws Problem 429 after too many, or what `authenticate` throws
   */
  guard<Result>(authenticate: () => Promise<Result>): Promise<Result>
}

/** The plugin's own middleware. Whatever it throws becomes a problem document, and its calls are counted. */
export interface Mount {
  /** The middleware gets every request at this path or below it, whatever the method. */
  readonly path: string
  readonly middleware: Middleware<MountState>
  /** Whether people open it in their browser, so that no page may call it with a script (RFC 9700, section 2.6). */
  readonly isForPeople?: boolean
  /** The JSON body of an error, where a protocol has a form of its own. By default errors are problem documents. */
  readonly errorBody?: (problem: Problem) => object
}

/** How much of something has been counted within a window of time. */
export interface SharedCount {
  used: number
  /** Until the window ends, in milliseconds. */
  left: number
}

/** Counts that several processes share. */
export interface SharedCounts {
  /** Whether processes on other machines may share them. Otherwise only the workers of one instance do. */
  readonly isRemote: boolean
  /**
   * Adds to counts, by key, and returns what all processes together have counted.
   * @param seconds how long the window of a new count is
   */
  add(additions: ReadonlyMap<string, number>, seconds: number): Promise<ReadonlyMap<string, SharedCount>>
}

/** Something that a plugin needs in order to serve, such as its database. */
export interface Resource {
  /** Rejects while the resource cannot be used. `/readyz` calls it. */
  ready(): Promise<unknown>
  close(): Promise<void>
  /** Where the instances of the plugin count calls together, if they share the resource. A database has it. */
  readonly counts?: SharedCounts
}

/** An operation with its name and the place of each input. */
export interface PluginOperation extends Operation {
  readonly id: string
  readonly fields: readonly Field[]
}

export interface Plugin {
  readonly name: string
  readonly title: string
  readonly descriptionForHuman: string
  readonly descriptionForModel: string
  readonly conversationStarters: readonly string[]
  readonly contactEmail: string
  readonly folder: URL
  readonly auth: Auth
  readonly operations: readonly PluginOperation[]
  readonly needs: readonly Resource[]
  readonly mounts: readonly Mount[]
  readonly servesFrom?: string
  readonly rateLimits?: Readonly<Record<string, number>>
  /** Where operations that act once are kept. */
  readonly actions: Actions | undefined
}

/** The operations that have a path and are in the specs. */
export const httpOperations = ({ operations }: Plugin): PluginOperation[] => operations.filter(({ only }) => !only)

export async function closePlugin(plugin: Plugin): Promise<void> {
  for (const resource of plugin.needs.toReversed()) await resource.close()
}
