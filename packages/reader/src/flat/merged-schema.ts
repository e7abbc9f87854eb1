import type { References } from '../openapi/references.ts'
import { isObject, listOfAny, pairsOf, type Schema, step } from '../text/members.ts'

const deepest = 32

/**
 * One schema in place of all that `allOf` holds together. Where two of them say the same word, the first counts.
 * @param seen the references that led here; those of its parts are added to them.
 * @param mayRead whether another part may be read.
 */
export function mergeAllOf(
  { allOf, ...own }: Schema,
  pointer: string,
  depth: number,
  seen: readonly string[],
  references: References,
  mayRead: () => boolean,
): { node: Schema; seen: readonly string[] } {
  const through: string[] = [...seen]
  const parts: Schema[] = [own]
  const collect = (list: unknown, place: string, level: number): void => {
    for (const [index, one] of listOfAny(list).slice(0, 50).entries()) {
      if (!mayRead() || level > deepest) return
      const followed = references.follow(one, step(place, index))
      if (!isObject(followed.value) || followed.through.some((one) => through.includes(one))) continue
      through.push(...followed.through)
      const { allOf: inner, ...part } = followed.value
      parts.push(part)
      if (Array.isArray(inner)) collect(inner, step(step(place, index), 'allOf'), level + 1)
    }
  }
  collect(allOf, step(pointer, 'allOf'), depth)
  const node: Schema = {}
  const properties: [string, unknown][] = []
  const required: unknown[] = []
  for (const part of parts) {
    for (const [name, value] of pairsOf(part))
      if (!(name in node) && name !== 'properties' && name !== 'required') node[name] = value
    for (const [name, one] of pairsOf(part.properties))
      if (!properties.some(([known]) => known === name)) properties.push([name, one])
    required.push(...listOfAny(part.required))
  }
  if (properties.length > 0) Object.assign(node, { properties: Object.fromEntries(properties) })
  if (required.length > 0) node.required = required
  return { node, seen: through }
}
