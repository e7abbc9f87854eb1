/** A name as it is compared: without case, accents, and marks between words. */
export const plain = (name: string): string =>
  name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-|-$/g, '')

/** The text `. Did you mean …?` with at most three of the known names, or nothing if none is near. */
export function didYouMean(asked: string, known: readonly string[]): string {
  const near = nearNames(asked, known)
  return near.length === 0 ? '' : ` (did you mean ${near.join(' or ')}?)`
}

function nearNames(asked: string, known: readonly string[]): string[] {
  const sought = plain(asked).slice(0, 40)
  if (sought === '') return []
  return known
    .map((name) => ({ name, distance: plain(name).includes(sought) ? 1 : distanceOf(sought, plain(name)) }))
    .filter(({ name, distance }) => distance <= Math.max(1, Math.floor(Math.min(sought.length, name.length) / 3)))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ name }) => name)
}

/** How many letters must be changed, added or removed (Levenshtein). */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + cost))
    }
    row = next
  }
  return row[b.length] ?? 0
}
