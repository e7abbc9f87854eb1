import type { SpecDocument } from '../openapi/spec-document.ts'
import { isObject, listOfAny, pairsOf, type Schema, step } from '../text/members.ts'

/** Where a schema is while it is read. */
export interface Place {
  pointer: string
  depth: number
  /** The references that led there. */
  seen: readonly string[]
}

export const deepest = 32

/**
 * One schema in place of all that `allOf` holds together. Where two of them say the same word, the first counts.
 * @param mayRead whether another part may be read.
 * @returns its place too, to which the references of the parts are added.
 */
export function mergeAllOf(
  { allOf, ...own }: Schema,
  place: Place,
  document: SpecDocument,
  mayRead: () => boolean,
): { node: Schema; place: Place } {
  const seen = [...place.seen]
  const parts: Schema[] = [own]
  const collect = (list: unknown, pointer: string, level: number): void => {
    for (const [index, one] of listOfAny(list).slice(0, 50).entries()) {
      if (!mayRead() || level > deepest) return
      const at = step(pointer, index)
      const { value, through } = document.follow(one, at)
      if (!isObject(value) || through.some((reference) => seen.includes(reference))) continue
      seen.push(...through)
      const { allOf: inner, ...part } = value
      parts.push(part)
      collect(inner, step(at, 'allOf'), level + 1)
    }
  }
  collect(allOf, step(place.pointer, 'allOf'), place.depth)
  const properties = new Map<string, unknown>()
  const node: Schema = {}
  for (const part of parts) {
    for (const [name, value] of pairsOf(part)) if (!(name in node)) node[name] = value
    for (const [name, one] of pairsOf(part.properties)) if (!properties.has(name)) properties.set(name, one)
  }
  const required = parts.flatMap((part) => listOfAny(part.required))
  delete node.properties
  delete node.required
  if (properties.size > 0) node.properties = Object.fromEntries(properties)
  if (required.length > 0) node.required = required
  return { node, place: { ...place, seen } }
}
