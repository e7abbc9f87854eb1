import type { References } from '../openapi/references.ts'
import type { UniqueNames } from '../text/names.ts'
import type { Repairs } from '../text/repairs.ts'
import type { SchemaSimplifier } from './simple-schema.ts'

/** What the operations of one spec are read with. */
export interface Reading {
  references: References
  simplifier: SchemaSimplifier
  names: UniqueNames
  repairs: Repairs
}
