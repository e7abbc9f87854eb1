/** A number from 0 to below 1 that depends only on the parts, evenly spread: the same for the same parts, always. */
export function chance(...parts: readonly (string | number)[]): number {
  // FNV-1a, with the last mixing step of MurmurHash3.
  let hash = 0x811c9dc5
  for (const character of parts.join(' ')) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 0x1_0000_0000
}

/** A whole number from `least` to `most`. */
export const pick = (least: number, most: number, ...parts: readonly (string | number)[]): number =>
  least + Math.floor(chance(...parts) * (most - least + 1))
