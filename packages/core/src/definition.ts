import { manifestFaults } from './manifest.ts'
import type { Operation } from './operation.ts'
import { operationFaults, schemaFaults } from './operation-faults.ts'
import type { Plugin } from './plugin.ts'

/** A definition that some assistant would refuse. The message lists all faults, one a line. */
export class DefinitionError extends Error {
  override readonly name = 'DefinitionError'
  readonly expose = true
}

/** @throws DefinitionError where a schema cannot be published */
export function checkSchemas(name: string, operations: Record<string, Operation>): void {
  const faults = Object.entries(operations).flatMap(([id, operation]) =>
    schemaFaults(operation).map((fault) => `${id}: ${fault}`),
  )
  if (faults.length > 0) throw refusal(name, faults)
}

/** @throws DefinitionError */
export function checkPlugin(plugin: Plugin): void {
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
