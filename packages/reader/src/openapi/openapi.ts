import { listOfAny, objectOf, type Schema, wordOf } from '../text/members.ts'
import type { Repairs } from '../text/repairs.ts'
import { type Body, readBody } from './bodies.ts'
import { type Parameter, readParameters } from './parameters.ts'
import { splitPath } from './path-query.ts'
import { type FoundOperation, operationsIn } from './paths.ts'
import { type Response, readResponses } from './responses.ts'
import { serversOf } from './servers.ts'
import { SpecDocument } from './spec-document.ts'
import { WholeSchemas } from './whole-schemas.ts'

/** Everything that a spec says about an operation. Schemas are as the spec has them: read them with `schemas.read`. */
export interface Operation extends FoundOperation {
  /** operationId; undefined where it is missing. */
  id: string | undefined
  /** The fixed pairs that the spec has in the path after a question mark. */
  query: [name: string, value: string][]
  parameters: Parameter[]
  body: Body | undefined
  responses: Response[]
  /**
   * The ways in which the operation can be authorized: each names the schemes that are needed together, with their
   * scopes. An empty list, and a way without schemes, allow everybody.
   */
  security: Record<string, unknown>[]
  /** Server Objects of the operation or its path, which count instead of those of the document. */
  servers: unknown[]
}

export interface OpenApi {
  document: SpecDocument
  /** 3.2 counts as 3.1, and an unknown version as 3.0. */
  version: '2.0' | '3.0' | '3.1'
  operations: Operation[]
  schemas: WholeSchemas
}

/** Reads everything in a spec, from the object that `readSpecText` returns. Nothing is refused and nothing fetched. */
export function readOpenApi(root: Schema, repairs?: Repairs): OpenApi {
  const document = new SpecDocument(root, repairs)
  const operations = Array.from(operationsIn(document), (found): Operation => {
    const { node } = found
    const split = splitPath(found, readParameters(found, document), document.repairs)
    return {
      ...found,
      ...split,
      id: typeof node.operationId === 'string' ? node.operationId : undefined,
      body: readBody(found, split.parameters, document),
      responses: readResponses(found, document),
      security: listOfAny(node.security ?? root.security).map(objectOf),
      servers: serversOf(found),
    }
  })
  return { document, version: versionOf(root), operations, schemas: new WholeSchemas(document, versionOf(root)) }
}

export const needsCredentials = (ways: readonly Record<string, unknown>[]): boolean =>
  ways.length > 0 && ways.every((way) => Object.keys(way).length > 0)

function versionOf({ openapi, swagger }: Schema): OpenApi['version'] {
  if (openapi === undefined && swagger !== undefined) return '2.0'
  return /^[\s"'v]*3\.[12]/.test(wordOf(openapi)) ? '3.1' : '3.0'
}
