/** A part of a text, by where it begins and ends. */
export interface Span {
  text: string
  from: number
  to: number
}

/** The texts between quotes. A single quote may be an apostrophe, so it must stand at the edge of a word. */
export const quotesIn = (text: string): Span[] =>
  [
    ...text.matchAll(
      /"([^"\n]+)"|“([^”\n]+)”|«([^»\n]+)»|「([^」\n]+)」|(?<![\p{L}\p{N}])'([^'\n]+)'(?![\p{L}\p{N}])/gu,
    ),
  ].map((found) => {
    const inner = found.slice(1).find((one) => one !== undefined) as string
    return { text: inner, from: found.index + 1, to: found.index + 1 + inner.length }
  })

export const spansOf = (text: string, pattern: RegExp): Span[] =>
  [...text.matchAll(pattern)].map(({ 0: found, index }) => ({ text: found, from: index, to: index + found.length }))

/** A word without the full stop or the 's at its end. */
export function withoutFullStop({ text, from }: Span): Span {
  const bare = text.replace(/[.'’]+$|['’]s$/u, '')
  return { text: bare, from, to: from + bare.length }
}

/** Where the words of a choice stand in the text, in any case. */
export function wordsAlike(text: string, words: string): Span[] {
  const edge = '[\\p{L}\\p{N}_]'
  const pattern = new RegExp(`(?<!${edge}|[-./])${escaped(words)}(?!${edge}|[-/])`, 'giu')
  return spansOf(text, pattern)
}

/** The text with blanks in some places, so that every other place stays where it is. */
export const blank = (text: string, spans: [from: number, to: number][]): string =>
  spans.reduce((left, [from, to]) => left.slice(0, from) + ' '.repeat(to - from) + left.slice(to), text)

/** A text as a part of a pattern. */
export const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
