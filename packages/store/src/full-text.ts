// Scripts that put no spaces between words. Each character is indexed by itself, and words are found as phrases.
const spaceless = String.raw`[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]`
const everySpaceless = new RegExp(spaceless, 'gu')
const endsSpaceless = new RegExp(`${spaceless}$`, 'u')
// What FTS5's own tokenizer takes for words (unicode61).
const everyWord = /[\p{L}\p{M}\p{N}\p{Co}]+/gu
const isWord = /[\p{L}\p{N}\p{Co}]/u

const wordsOf = (text: string): string[] =>
  (text.normalize('NFKC').match(everyWord) ?? []).filter((word) => isWord.test(word))

const partsOf = (word: string, owner: string): string =>
  word
    .replaceAll(everySpaceless, ' $& ')
    .split(' ')
    .filter(isWord.test.bind(isWord))
    .map((part) => owner + part)
    .join(' ')

/**
 * Text as an FTS5 table of SQLite takes it, so that words of any script are found.
 * @param owner letters and digits that stand before each word: so the words of one owner are a list of their own, and a
 * search takes as long as it would if there were nobody else
 */
export const searchText = (text: string, owner = ''): string =>
  wordsOf(text)
    .map((word) => partsOf(word, owner))
    .join(' ')

/** What a person typed as FTS5 expressions, in which nothing is taken for syntax. Empty where there are no words. */
export interface Match {
  /** All words are there. */
  words: string
  /** All words are there, each at least as the beginning of a word. */
  beginnings: string
}

export function toMatch(query: string, owner = ''): Match {
  const words = wordsOf(query).map((word) => `"${partsOf(word, owner)}"`)
  const beginnings = wordsOf(query).map((word, index) => `${words[index]}${endsSpaceless.test(word) ? '' : '*'}`)
  return { words: words.join(' AND '), beginnings: beginnings.join(' AND ') }
}
