import { createHash } from 'node:crypto'
import type { DocumentOperation, PluginDocument } from '@reference-plugins/reader'

type KeyInputs = Pick<DocumentOperation, 'keyInputs'>

/** The key of a call, by the ID of the call: the same for each repeat, on any instance. A UUID, because some APIs take no other. */
export function keyOf(id: string): string {
  const hex = createHash('sha256').update(`idempotency key of ${id}`).digest('hex')
  const variant = ((Number.parseInt(hex[16] as string, 16) & 3) | 8).toString(16)
  // Version 8 of RFC 9562: the bits are the program's own.
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ].join('-')
}

/** Whether a repeat of the call is done once. */
export const takesKey = ({ keyInputs = [] }: KeyInputs): boolean => keyInputs.length > 0

/** The arguments with the key of the call, which only the host gives. */
export const withKey = ({ keyInputs = [] }: KeyInputs, given: Record<string, unknown>, id: string) => ({
  ...given,
  ...Object.fromEntries(keyInputs.map((name) => [name, keyOf(id)])),
})

/** The arguments without a key that a model or a user has given. */
export const withoutKey = ({ keyInputs = [] }: KeyInputs, given: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(given).filter(([name]) => !keyInputs.includes(name)))

/** A plugin whose operations show no input for a key: the host gives it, so neither models nor users have to. */
export const withoutKeyInputs = (document: PluginDocument): PluginDocument => ({
  ...document,
  operations: document.operations.map((operation) => {
    const { keyInputs = [], input } = operation
    if (keyInputs.length === 0) return operation
    const { properties, required, ...rest } = input
    const kept = ((required ?? []) as string[]).filter((name) => !keyInputs.includes(name))
    return {
      ...operation,
      input: {
        ...rest,
        properties: withoutKey(operation, properties as Record<string, unknown>),
        ...(kept.length > 0 && { required: kept }),
      },
    }
  }),
})
