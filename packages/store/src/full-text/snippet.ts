import { fold, isSpaceless, phrasesOf, wordCharacter } from './words.ts'

const around = 80
// In characters. A text is read only up to the part that has a word of the query.
const part = 2_000
const overlap = 200

/** The part of a text around the first word of a query, about 200 characters at most. */
export function snippetOf(text: string, query: string): string {
  const plain = text.replaceAll(/\s+/g, ' ')
  const place = placeOf(plain, query)
  const start = Math.max(0, place - around)
  const end = Math.min(plain.length, place + around)
  return `${start > 0 ? '…' : ''}${plain.slice(start, end).toWellFormed()}${end < plain.length ? '…' : ''}`
}

/** Where the first word of a query stands in a text, or 0. */
function placeOf(text: string, query: string): number {
  const phrases = phrasesOf(query)
  if (phrases.length === 0) return 0
  const wanted = new RegExp(phrases.map(toPattern).join('|'), 'v')
  for (let start = 0; start < text.length; start += part) {
    const piece = text.slice(start, start + part + overlap)
    const place = fold(piece).search(wanted)
    if (place >= 0) return start + unfoldedLength(piece, place)
  }
  return 0
}

// Marks and spaces may stand between the characters of a script without spaces.
const toPattern = (phrase: readonly string[]): string =>
  (isSpaceless(phrase[0] as string) ? '' : `(?<!${wordCharacter})`) + phrase.join(String.raw`[^\p{L}\p{N}\p{Co}]*`)

/** How long the beginning of a text is that has `length` characters when it is folded, which may be more or fewer. */
function unfoldedLength(text: string, length: number): number {
  let [low, high] = [0, text.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (fold(text.slice(0, middle)).length < length) low = middle + 1
    else high = middle
  }
  return low
}
