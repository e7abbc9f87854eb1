import { listOfAny, type Schema, wordOf } from '../text/members.ts'
import { Repairs } from '../text/repairs.ts'
import { type Body, readBody } from './bodies.ts'
import { type Parameter, readParameters } from './parameters.ts'
import { splitPath } from './path-query.ts'
import { type FoundOperation, operationsIn } from './paths.ts'
import { References } from './references.ts'
import { type Response, readResponses } from './responses.ts'
import { readSecurity } from './security.ts'
import { WholeSchemas } from './whole-schemas.ts'

/** An operation with all that its spec says of it. Schemas are as the spec has them: read them with `schemas.read`. */
export interface Operation extends FoundOperation {
  /** operationId; undefined where it is missing. */
  id: string | undefined
  /** The fixed pairs that the spec has in the path after a question mark. */
  query: [name: string, value: string][]
  parameters: Parameter[]
  body: Body | undefined
  responses: Response[]
  security: Record<string, unknown>[]
  /** Server Objects of the operation or its path, which count instead of those of the document. */
  servers: unknown[]
}

export interface OpenApi {
  document: Schema
  /** 3.2 counts as 3.1, and an unknown version as 3.0. */
  version: '2.0' | '3.0' | '3.1'
  operations: Operation[]
  references: References
  schemas: WholeSchemas
  repairs: Repairs
}

/** Reads everything in a spec, from the object that `readSpecText` returns. Nothing is refused and nothing fetched. */
export function readOpenApi(document: Schema, repairs: Repairs = new Repairs('spec')): OpenApi {
  const references = new References(document, repairs)
  const operations = Array.from(operationsIn(document, references, repairs), (found): Operation => {
    const { path, query, parameters } = splitPath(found, readParameters(found, references, repairs), repairs)
    return {
      ...found,
      path,
      query,
      id: typeof found.node.operationId === 'string' ? found.node.operationId : undefined,
      parameters,
      body: readBody(found, parameters, document, references, repairs),
      responses: readResponses(found, document, references),
      security: readSecurity(found, document),
      servers: [found.node.servers, found.item.servers].map(listOfAny).find((list) => list.length > 0) ?? [],
    }
  })
  return {
    document,
    version: versionOf(document),
    operations,
    references,
    schemas: new WholeSchemas(references),
    repairs,
  }
}

function versionOf({ openapi, swagger }: Schema): OpenApi['version'] {
  if (openapi === undefined && swagger !== undefined) return '2.0'
  return /^[\s"'v]*3\.[12]/.test(wordOf(openapi)) ? '3.1' : '3.0'
}
