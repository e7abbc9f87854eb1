import type { Audience, Auth, Caller } from './auth/auth.ts'
import { fieldsOf } from './input.ts'
import { manifestFaults } from './manifest.ts'
import type { Operation } from './operation.ts'
import { operationFaults, schemaFaults } from './operation-faults.ts'
import type { Mount, Plugin, Resource } from './plugin.ts'

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

/** A definition that some assistant would refuse. The message lists all faults, one a line. */
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

/** @throws DefinitionError */
function checkPlugin(plugin: Plugin): void {
  const ids = new Map<string, string>()
  const paths = new Map<string, string>()
  const faults = manifestFaults(plugin)
  for (const operation of plugin.operations) {
    faults.push(...operationFaults(operation).map((fault) => `${operation.id}: ${fault}`))
    const shape = operation.path.replaceAll(/\{[^}]*\}/g, '{}')
    const place = `${operation.method} ${shape}`
    const other = ids.get(place)
    const path = paths.get(shape) ?? operation.path
    if (path !== operation.path)
      faults.push(`${operation.id}: another operation has its path as ${path}: name it so too`)
    paths.set(shape, path)
    if (other) faults.push(`${operation.id}: ${other} has the same route`)
    ids.set(place, operation.id)
  }
  if (plugin.operations.length === 0) faults.push('there must be at least one operation')
  if (plugin.operations.length > 30) faults.push('there may be at most 30 operations (GPT Actions)')
  if (faults.length > 0) throw refusal(plugin.name, faults)
}

const refusal = (name: string, faults: string[]): DefinitionError =>
  new DefinitionError(`The plugin ${name} cannot be served:\n- ${faults.join('\n- ')}`)
