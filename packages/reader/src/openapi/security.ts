import { listOfAny, objectOf, type Schema } from '../text/members.ts'
import type { FoundOperation } from './paths.ts'

/**
 * The ways in which an operation can be authorized: each names the schemes that are needed together, with their scopes.
 * An empty list, and a way without schemes, allow everybody.
 */
export const readSecurity = ({ node }: FoundOperation, document: Schema): Record<string, unknown>[] =>
  listOfAny(node.security ?? document.security).map(objectOf)

export const needsCredentials = (ways: readonly Record<string, unknown>[]): boolean =>
  ways.length > 0 && ways.every((way) => Object.keys(way).length > 0)
