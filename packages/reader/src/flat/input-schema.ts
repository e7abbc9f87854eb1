import { References } from '../openapi/references.ts'
import type { Mend, Schema } from '../plugin-document.ts'
import { isObject } from '../text/members.ts'
import { Mends } from '../text/mends.ts'
import { SchemaRepair } from './schema-repair.ts'

/**
 * The input of an operation from any JSON Schema, such as that of an MCP tool: one object without references, that the
 * rest of the host can read. What cannot be understood may be anything.
 */
export function toInput(schema: unknown): { input: Schema; mends: Mend[] } {
  const mends = new Mends('spec')
  const document = isObject(schema) ? schema : {}
  const repair = new SchemaRepair(new References(document, mends), mends)
  repair.beginOperation(false)
  const repaired = repair.repair(document, '').schema
  return {
    input: {
      properties: {},
      ...(repaired.type === 'object' ? repaired : {}),
      type: 'object',
      additionalProperties: false,
    },
    mends: mends.list(),
  }
}
