import type { DocumentOperation, HttpTarget, Schema } from '@reference-plugins/reader'

type Field = HttpTarget['fields'][number]

/** One input of an operation, and how the handler sends it. */
export interface Input {
  /** In the flat input of the plugin. */
  name: string
  /** In the code of the handler, where some names mean something else. */
  variable: string
  place: Field['place']
  /** Its names in the API: the members that lead to it in a body, otherwise one name. */
  wire: string[]
  /** The zod schema with its description. */
  code: string
  comments: string[]
  isRequired: boolean
  /** Whether it is always there when the handler runs. */
  isThere: boolean
  /** How a list or an object is sent in place of itself: `.join(',')`, or JSON. */
  written: { join: string } | 'json' | undefined
  /** As the assistant gives it in a test, and as the API gets it. */
  given: unknown
  sent: unknown
  /** In words, to compare two specs. */
  words: string
}

export type HttpOperation = DocumentOperation & { target: HttpTarget }

/** A part of the flat input of the reader before it gets its code. */
export interface Part {
  field: Field
  wire: string[]
  /** Wanted as its name. */
  label: string
  schema: Schema
  isRequired: boolean
  written: Input['written']
}
