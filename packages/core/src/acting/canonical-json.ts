import { createHash } from 'node:crypto'

/**
 * JSON whose text depends only on what it says, as in RFC 8785: members in the order of their names, those that are undefined
 * left out. Models write the same arguments in another order or spacing when they call again.
 */
export const canonicalJson = (value: unknown): string => JSON.stringify(sorted(value))

export const hashOf = (value: unknown): string => createHash('sha256').update(canonicalJson(value)).digest('base64url')

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1))
  return Object.fromEntries(members.map(([name, member]) => [name, sorted(member)]))
}
