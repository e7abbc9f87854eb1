// Scripts without spaces between words: each character is a word of its own.
const spaceless = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}`
/** The pattern of a character of a word in other scripts, for the flag v. */
export const wordCharacter = String.raw`[[\p{L}\p{M}\p{N}\p{Co}]--[${spaceless}]]`
const everyWord = new RegExp(`[${spaceless}]|${wordCharacter}+`, 'gv')
const everyRun = /[\p{L}\p{M}\p{N}\p{Co}]+/gu
const isWord = /[\p{L}\p{N}\p{Co}]/u
const startsSpaceless = new RegExp(`^[${spaceless}]`, 'u')

// Accents of Latin and Greek letters.
const accents = /(?<=[\p{Script=Latin}\p{Script=Greek}]\p{Mn}*)\p{Mn}/gu
// The vowel points of Hebrew and Arabic, the stroke that stretches Arabic words, and what only chooses how a character looks.
const points = /[\u0591-\u05C7\u0610-\u061A\u0640\u064B-\u065F\u0670]|[\u20D0-\u20F0]|[\uFE00-\uFE0F]/gu
const plain = /^[\0-\x7F]*$/

/** Text without differences of case, width, accents and vowel points: `Straße` and `STRASSE` become the same. */
export function fold(text: string): string {
  if (plain.test(text)) return text.toLowerCase()
  return text
    .normalize('NFKD')
    .toUpperCase()
    .toLowerCase()
    .replace(accents, '')
    .replace(points, '')
    .replaceAll('ς', 'σ')
    .normalize('NFC')
}

/** Whether a word is a single character of a script without spaces. */
export const isSpaceless = (word: string): boolean => startsSpaceless.test(word)

/** The words of a text in their order. */
export const wordsOf = (text: string): string[] =>
  (fold(text).match(everyWord) ?? []).filter((word) => isWord.test(word))

/** The words of a query, together where nothing but letters stands between them. */
export const phrasesOf = (query: string): string[][] =>
  (fold(query).match(everyRun) ?? []).map(wordsOf).filter(({ length }) => length > 0)
