/** Words that say nothing about what the user wants. */
const idle = new Set(
  'a an the and or of to in on at for from by with without about as is are was were be been am do does did have has had can could will would should may might must i me my we us our you your he she it its they them this that these those there here what which who whom whose when where why how please help want need like give get show tell find make let use using some any all more most much many very just now also into than then so if not no yes up out off over under plugin tool app api user users'.split(
    ' ',
  ),
)

const spaceless = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u
const runs =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]+|[\p{L}\p{M}\p{N}]+/gu

/** The words of a text, for the index and for queries: camelCase names are split, scripts without spaces give pairs. */
export function wordsOf(text: string): string[] {
  const apart = text
    .slice(0, 20_000)
    .normalize('NFKC')
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
  return (apart.match(runs) ?? []).flatMap((run) => (spaceless.test(run) ? pairs(run) : [run]))
}

/** The base form of a word, as far as that works without a dictionary; null for words that say nothing. */
export function toTerm(word: string): string | null {
  if (idle.has(word) || (word.length === 1 && !spaceless.test(word))) return null
  if (!/^[a-z]{4,}$/.test(word)) return word
  return word
    .replace(/ies$/, 'y')
    .replace(/(ss|sh|ch|x|z)es$/, '$1')
    .replace(/([^s])s$/, '$1')
    .replace(/(\w{3,})(ing|ed|er|ers)$/, '$1')
    .replace(/(.)\1$/, '$1')
    .replace(/(\w{3,})e$/, '$1')
}

const pairs = (run: string): string[] => {
  const signs = [...run]
  return signs.length === 1 ? signs : signs.slice(1).map((sign, index) => `${signs[index]}${sign}`)
}
