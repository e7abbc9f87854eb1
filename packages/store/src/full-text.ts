// Scripts that put no spaces between words. Each character is indexed by itself, and words are found as phrases.
const spaceless = String.raw`[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]`
const everySpaceless = new RegExp(spaceless, 'gu')
const endsSpaceless = new RegExp(`${spaceless}$`, 'u')

/** Text as an FTS5 table of SQLite takes it, so that words of any script are found. */
export const searchText = (text: string): string => text.normalize('NFKC').replaceAll(everySpaceless, ' $& ')

/**
 * What a person typed as an FTS5 expression: all words must be there, each at least as the beginning of a word.
 * Nothing in it is taken for syntax. Answers an empty text where there is nothing to look for.
 */
export const matchQuery = (query: string): string =>
  query
    .normalize('NFKC')
    .split(/[^\p{L}\p{M}\p{N}\p{Co}]+/u)
    .filter((word) => /[\p{L}\p{N}\p{Co}]/u.test(word))
    .map((word) => `"${searchText(word).trim()}"${endsSpaceless.test(word) ? '' : '*'}`)
    .join(' AND ')
