import type { Database } from '@reference-plugins/store'
import { Actions } from './acting/actions.ts'
import { taskOperationNames, taskOperations } from './acting/task-operations.ts'
import type { Audience, Auth, Caller } from './auth/auth.ts'
import { fieldsOf } from './input.ts'
import { manifestFaults } from './manifest.ts'
import type { Operation } from './operation.ts'
import { actingFaults, operationFaults, schemaFaults } from './operation-faults.ts'
import type { Mount, Plugin, Resource } from './plugin.ts'

/** The operations that a plugin may have: those for a user need an auth mode that knows users. */
type OperationFor<Who extends Audience, Scope extends string> = Who extends 'user'
  ? Operation<undefined, never> | Operation<Caller, Scope>
  : Operation<undefined, never>

export interface PluginDefinition<Who extends Audience, Scope extends string> {
  /** `name_for_model`: letters and digits, at most 50. */
  name: string
  /** `name_for_human`: at most 20 characters. */
  title: string
  /** One sentence with a full stop, at most 100 characters. */
  descriptionForHuman: string
  /** Tells the model when and how to use the plugin: at most 2,048 characters. */
  descriptionForModel: string
  /** Sentences with which a user may begin: 1 to 6, each at most 128 characters. */
  conversationStarters: readonly string[]
  contactEmail: string
  /** Contains `logo.png`, square, and `legal.html`, the page of `legal_info_url`, which may not load scripts, styles or pictures. */
  folder: URL
  auth: Auth<Who, Scope>
  /** By operationId: letters only, verb and noun, `addTodo`. */
  operations: Record<string, OperationFor<Who, Scope>>
  /** Keeps the idempotency keys of operations that act once. Open it with `actionMigrations`. */
  database?: Database
  /** What the plugin needs in order to serve. Closed in reverse order after the last request has been answered. */
  needs?: readonly Resource[]
  /** Where its data comes from, for the start line: "sample prices of 2000 to 2010". */
  servesFrom?: string
  /** The most calls a minute of a caller, by the plan that the auth mode gives it: `{ free: 60, pro: 6000 }`. */
  rateLimits?: Readonly<Record<string, number>>
  /** What the plugin serves besides its operations, such as pages and files. No document mentions it. */
  mounts?: readonly Mount[]
}

/**
 * Creates a plugin from its definition.
 * @throws DefinitionError that lists everything that some assistant would refuse
 */
export function definePlugin<Who extends Audience, Scope extends string>(
  definition: PluginDefinition<Who, Scope>,
): Plugin {
  const { operations, database, needs = [], mounts = [], auth, ...facts } = definition
  checkSchemas(facts.name, operations)
  const isLong = Object.values<Operation>(operations).some(({ taskAfter }) => taskAfter !== undefined)
  const all = isLong ? { ...operations, ...taskOperations(() => plugin) } : operations
  const named = Object.entries<Operation>(all).map(([id, operation]) => ({
    ...operation,
    id,
    fields: fieldsOf(operation),
  }))
  const actions = database && named.some(({ once }) => once) ? new Actions(database) : undefined
  const plugin: Plugin = {
    ...facts,
    auth: auth as unknown as Auth,
    operations: named,
    needs: actions ? [...needs, actions] : needs,
    mounts,
    actions,
  }
  checkPlugin(plugin, isLong ? Object.keys(operations) : [])
  return plugin
}

/** Some assistant would refuse this definition. The message lists all faults, one per line. */
export class DefinitionError extends Error {
  override readonly name = 'DefinitionError'
  readonly expose = true
}

/** @throws DefinitionError where a schema cannot be published */
function checkSchemas(name: string, operations: Record<string, Operation>): void {
  const faults = Object.entries(operations).flatMap(([id, operation]) =>
    schemaFaults(operation).map((fault) => `${id}: ${fault}`),
  )
  if (faults.length > 0) throw refusal(name, faults)
}

/**
 * @param own the names of the plugin's own operations, if core adds some
 * @throws DefinitionError
 */
function checkPlugin(plugin: Plugin, own: string[]): void {
  const ids = new Map<string, string>()
  const paths = new Map<string, string>()
  const faults = manifestFaults(plugin)
  for (const id of own)
    if (taskOperationNames.includes(id)) faults.push(`${id}: core adds an operation of this name: use another`)
  for (const operation of plugin.operations) {
    const own = [...operationFaults(operation), ...actingFaults(operation, plugin)]
    faults.push(...own.map((fault) => `${operation.id}: ${fault}`))
    const shape = operation.path.replaceAll(/\{[^}]*\}/g, '{}')
    const place = `${operation.method} ${shape}`
    const other = ids.get(place)
    const path = paths.get(shape) ?? operation.path
    if (path !== operation.path)
      faults.push(`${operation.id}: another operation writes this path as ${path}: use the same names`)
    paths.set(shape, path)
    if (other) faults.push(`${operation.id}: ${other} has the same route`)
    ids.set(place, operation.id)
  }
  for (const [plan, most] of Object.entries(plugin.rateLimits ?? {}))
    if (!/^[\w-]+$/.test(plan) || !Number.isInteger(most) || most < 1)
      faults.push(`rateLimits.${plan}: name a plan with letters and digits, and a whole number of calls above 0`)
  if (plugin.operations.length === 0) faults.push('there must be at least one operation')
  if (plugin.operations.length > 30) faults.push('there may be at most 30 operations (GPT Actions)')
  if (faults.length > 0) throw refusal(plugin.name, faults)
}

const refusal = (name: string, faults: string[]): DefinitionError =>
  new DefinitionError(`The plugin ${name} cannot be served:\n- ${faults.join('\n- ')}`)
