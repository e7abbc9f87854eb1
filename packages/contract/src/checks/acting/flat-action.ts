import { isKeyInput } from '../../acting/key.ts'
import { newActions, otherActions, renew } from '../../acting/other-action.ts'
import type { CallValues } from '../../calls/call-values.ts'
import type { CheckRun } from '../../calls/check-run.ts'
import { unaskedOf } from '../../calls/confirming.ts'
import { asObject, type Schema, type SpecOperation } from '../../spec/spec.ts'
import type { Words } from '../../state/making.ts'

/** An action as the arguments of a tool, without its key. */
export interface FlatAction {
  input: Schema
  /** Other arguments that are valid. */
  others: Schema[]
}

/** New actions of an operation that has been accepted, by its name. Undefined for any other name. */
export type FlatActions = (name: string) => Promise<FlatAction[] | undefined>

/** What the run knows about operations that act, for the tools of the same names. */
export const flatActionsOf =
  (run: CheckRun, operations: readonly SpecOperation[], words: Words): FlatActions =>
  async (name) => {
    const operation = operations.find(({ id }) => id === name)
    if (!operation || operation.method === 'GET' || !run.habits.get(name)?.isAccepted || run.mocks.has(name))
      return undefined
    await renew(run, operation)
    return newActions(run, operation, words).map((action) => ({
      input: flatten(operation, action.values),
      others: otherActions(run, operation, action, words).map((values) => flatten(operation, values)),
    }))
  }

function flatten({ fields, ...operation }: SpecOperation, { path, query, body }: CallValues): Schema {
  const left = new Set(fields.filter(isKeyInput).map(({ name }) => name))
  for (const { name, required } of fields)
    if (!required && unaskedOf({ fields, ...operation }).includes(name)) left.add(name)
  const all = { ...path, ...query, ...asObject(body?.value) }
  return Object.fromEntries(Object.entries(all).filter(([name]) => !left.has(name)))
}
