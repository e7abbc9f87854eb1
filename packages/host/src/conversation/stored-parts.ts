import type { Call, Part } from '../wire.ts'

/** A call has a row of its own; its part says only which. */
type StoredPart = Exclude<Part, { type: 'call' }> | { type: 'call'; id: string }

export const storeParts = (parts: Part[]): string =>
  JSON.stringify(parts.map((part): StoredPart => (part.type === 'call' ? { type: 'call', id: part.call.id } : part)))

export const readParts = (stored: string, calls: ReadonlyMap<string, Call>): Part[] =>
  (JSON.parse(stored) as StoredPart[]).flatMap((part): Part[] => {
    if (part.type !== 'call') return [part]
    const call = calls.get(part.id)
    return call ? [{ type: 'call', call }] : []
  })
