import { manifestFaults } from './manifest.ts'
import { operationFaults } from './operation-faults.ts'
import type { Plugin } from './plugin.ts'

/** A definition that some assistant would refuse. The message lists all faults, one a line. */
export class DefinitionError extends Error {
  override readonly name = 'DefinitionError'
  readonly expose = true
}

/** @throws DefinitionError */
export function checkPlugin(plugin: Plugin): void {
  const ids = new Map<string, string>()
  const faults = manifestFaults(plugin)
  for (const operation of plugin.operations) {
    faults.push(...operationFaults(operation).map((fault) => `${operation.id}: ${fault}`))
    const place = `${operation.method} ${operation.path.replaceAll(/\{[^}]*\}/g, '{}')}`
    const other = ids.get(place)
    if (other) faults.push(`${operation.id}: ${other} has the same route`)
    ids.set(place, operation.id)
  }
  if (plugin.operations.length === 0) faults.push('there must be at least one operation')
  if (plugin.operations.length > 30) faults.push('there may be at most 30 operations (GPT Actions)')
  if (faults.length > 0)
    throw new DefinitionError(`The plugin ${plugin.name} cannot be served:\n- ${faults.join('\n- ')}`)
}
