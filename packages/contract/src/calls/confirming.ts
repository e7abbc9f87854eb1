import { asArray, asObject, type SpecOperation } from '../spec/spec.ts'

/** Whether the spec says that a person confirms the call, and that a client can be asked: docs/acting.md. */
export const asks = ({ node }: SpecOperation): boolean =>
  node['x-confirmation'] === true || Object.keys(asObject(node['x-confirmation'])).length > 0

/** Inputs that stand for a confirmation where nobody can be asked. */
export const unaskedOf = ({ node }: SpecOperation): unknown[] => asArray(node['x-unasked'])

/** The token with which a call is repeated when a person has said yes. Undefined where nobody is asked. */
export function tokenIn({ status, json }: { status: number; json?: unknown }): string | undefined {
  const { token } = asObject(asObject(json).confirmation)
  return status === 428 && typeof token === 'string' && token !== '' ? token : undefined
}
