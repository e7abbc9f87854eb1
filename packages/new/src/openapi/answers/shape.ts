/** What a part of an answer is, as far as the output of a plugin says it. */
export type Shape =
  | { kind: 'text' | 'int' | 'int64' | 'number' | 'boolean' | 'null'; example?: unknown }
  /** Any value. `why` says why no more is known, where the spec says more. */
  | { kind: 'any'; why?: string }
  | { kind: 'list'; item: Shape }
  | { kind: 'map'; value: Shape }
  | { kind: 'union'; options: Shape[] }
  | { kind: 'nullable'; inner: Shape }
  /** A schema that has a name, see `NamedShapes`. */
  | { kind: 'named'; name: string }
  | ObjectShape

export interface ObjectShape {
  kind: 'object'
  members: Member[]
  /** The names of the members that are not passed on. */
  leftOut: string[]
}

export interface Member {
  name: string
  shape: Shape
  isRequired: boolean
  description: string
  /** How long the description is in the spec, where it was cut. */
  length: number | undefined
}

/** The parts of a shape. */
export function partsOf(shape: Shape): Shape[] {
  if (shape.kind === 'list') return [shape.item]
  if (shape.kind === 'map') return [shape.value]
  if (shape.kind === 'nullable') return [shape.inner]
  if (shape.kind === 'union') return shape.options
  return shape.kind === 'object' ? shape.members.map((member) => member.shape) : []
}

/** The names in a shape. */
export const namesIn = (shape: Shape): string[] =>
  shape.kind === 'named' ? [shape.name] : partsOf(shape).flatMap(namesIn)
