// Scripts without spaces between words. Each character is indexed separately, and words are found as phrases.
const spaceless = String.raw`[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]`
const everySpaceless = new RegExp(spaceless, 'gu')
const endsSpaceless = new RegExp(`${spaceless}$`, 'u')
// The words of FTS5's own tokenizer (unicode61).
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
 * Text for an FTS5 table of SQLite, in which words of any script can be found.
 * @param owner letters and digits that are put before each word, so that the words of each owner have an index of their own
 * and a search takes no longer because of other owners
 */
export const searchText = (text: string, owner = ''): string =>
  wordsOf(text)
    .map((word) => partsOf(word, owner))
    .join(' ')

/** A person's query as FTS5 expressions, without any special syntax. Empty if the query has no words. */
export interface Match {
  /** Matches if all words occur. */
  words: string
  /** Matches if all words occur, each at least as the beginning of a word. */
  beginnings: string
}

export function toMatch(query: string, owner = ''): Match {
  const words = wordsOf(query).map((word) => `"${partsOf(word, owner)}"`)
  const beginnings = wordsOf(query).map((word, index) => `${words[index]}${endsSpaceless.test(word) ? '' : '*'}`)
  return { words: words.join(' AND '), beginnings: beginnings.join(' AND ') }
}
