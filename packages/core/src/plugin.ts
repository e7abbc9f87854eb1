import type { Middleware } from 'koa'
import type { Logger } from 'pino'
import type { Audience, Auth, Caller } from './auth/auth.ts'
import { checkPlugin, checkSchemas } from './definition.ts'
import { type Field, fieldsOf } from './input.ts'
import type { Operation } from './operation.ts'

/** Which operations a plugin may hold: those for a user need an auth mode that knows users. */
type OperationFor<Who extends Audience, Scope extends string> = Who extends 'user'
  ? Operation<undefined, never> | Operation<Caller, Scope>
  : Operation<undefined, never>

export interface PluginDefinition<Who extends Audience, Scope extends string> {
  /** `name_for_model`: letters and digits, at most 50. */
  name: string
  /** `name_for_human`: at most 20 characters. */
  title: string
  /** At most 100 characters, one sentence with its full stop. */
  descriptionForHuman: string
  /** When and how to use the plugin, for the model: at most 2,048 characters. */
  descriptionForModel: string
  /** What a user may say first: 1 to 6, each at most 128 characters. */
  conversationStarters: readonly string[]
  contactEmail: string
  /** Holds `logo.png`, square, and `legal.html`, the page behind `legal_info_url`: it gets no scripts, styles or pictures. */
  folder: URL
  auth: Auth<Who, Scope>
  /** By operationId: letters only, verb and noun, `addTodo`. */
  operations: Record<string, OperationFor<Who, Scope>>
  /** What must be there for the plugin to serve. Closed in reverse order, once the last request has been answered. */
  needs?: readonly Resource[]
  /** Where its data come from, for the start line: "sample prices of 2000 to 2010". */
  servesFrom?: string
  /** What the plugin serves beside its operations, such as pages and files. It stands in no document. */
  mounts?: readonly Mount[]
}

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

/**
 * Makes a plugin of its definition.
 * @throws DefinitionError that lists everything that some assistant would refuse
 */
export function definePlugin<Who extends Audience, Scope extends string>(
  definition: PluginDefinition<Who, Scope>,
): Plugin {
  const { operations, needs = [], mounts = [], auth, ...facts } = definition
  checkSchemas(facts.name, operations)
  const named = Object.entries<Operation>(operations).map(([id, operation]) => ({
    ...operation,
    id,
    fields: fieldsOf(operation),
  }))
  const plugin: Plugin = { ...facts, auth: auth as unknown as Auth, operations: named, needs, mounts }
  checkPlugin(plugin)
  return plugin
}

export async function closePlugin(plugin: Plugin): Promise<void> {
  for (const resource of plugin.needs.toReversed()) await resource.close()
}
