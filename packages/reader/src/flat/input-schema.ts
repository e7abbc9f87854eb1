import { References } from '../openapi/references.ts'
import type { Schema } from '../text/members.ts'
import { isObject } from '../text/members.ts'
import type { Repair } from '../text/repairs.ts'
import { Repairs } from '../text/repairs.ts'
import { SchemaSimplifier } from './simple-schema.ts'

/**
 * The input of an operation from any JSON Schema, such as that of an MCP tool: one object without references, that the
 * host can read. What cannot be understood accepts any value.
 */
export function toInput(schema: unknown): { input: Schema; repairs: Repair[] } {
  const repairs = new Repairs('spec')
  const document = isObject(schema) ? schema : {}
  const simplifier = new SchemaSimplifier(new References(document, repairs), repairs)
  simplifier.beginOperation(false)
  const simplified = simplifier.simplify(document, '').schema
  return {
    input: {
      properties: {},
      ...(simplified.type === 'object' ? simplified : {}),
      type: 'object',
      additionalProperties: false,
    },
    repairs: repairs.list(),
  }
}
