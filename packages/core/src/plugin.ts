import type { Middleware } from 'koa'
import type { Logger } from 'pino'
import type { Auth } from './auth/auth.ts'
import type { Field } from './input.ts'
import type { Operation } from './operation.ts'

/** Middleware of the plugin's own. What it throws is answered as a problem document, its calls are
 * counted, and `ctx.state.log` is its log. */
export interface Mount {
  /** It gets everything at this path and below it, whatever the method. */
  readonly path: string
  readonly middleware: Middleware<{ log: Logger }>
}

/** Something that a plugin cannot serve without, such as its database. */
export interface Resource {
  /** Rejects while it cannot be used; `/readyz` asks it. */
  ready(): Promise<unknown>
  close(): Promise<void>
}

/** An operation with its name and with where each input is found. */
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
}

export async function closePlugin(plugin: Plugin): Promise<void> {
  for (const resource of plugin.needs.toReversed()) await resource.close()
}
