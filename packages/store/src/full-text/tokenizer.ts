import { createHash } from 'node:crypto'
import { isSpaceless, wordsOf } from './words.ts'

// A beginning of a word is a token of its own up to this length, so that finding it costs no more than finding a word.
const longestBeginning = 8
// A longer word is cut, because both engines limit the length of a token.
const longestWord = 64

/** Whether texts that have the tokens of a phrase may still not contain it. */
export const isUncertain = (phrase: readonly string[]): boolean =>
  phrase.length > 2 ||
  phrase.some((word) => word.length > longestWord) ||
  (endsOpen(phrase) && (phrase.length > 1 || (phrase[0] as string).length > longestBeginning))

/** Whether the last word of a phrase may be the beginning of a longer one. */
export const endsOpen = (phrase: readonly string[]): boolean => !isSpaceless(phrase.at(-1) as string)

/** Makes the tokens of an owner: those of different owners have nothing in common. */
export class Tokenizer {
  /** Stands before each token. */
  readonly prefix: string

  constructor(owner: string) {
    this.prefix = createHash('sha256').update(owner).digest('hex').slice(0, 12)
  }

  /**
   * The tokens of a text in several fields, the most important one first. The tokens of level 0 stand for the words of the
   * first field, those of level 1 for the words of the first two fields, and so on.
   */
  ofFields(fields: readonly string[]): string[] {
    const found = new Set<string>()
    for (const [index, field] of fields.entries()) {
      const tokens = tokensOf(wordsOf(field))
      for (let level = index; level < fields.length; level++)
        for (const token of tokens) found.add(this.prefix + level + token)
    }
    return [...found]
  }

  /** The tokens that a text must have, all of them, to contain a phrase in the fields of a level. */
  ofPhrase(phrase: readonly string[], level: number, asBeginning: boolean): string[] {
    const isOpen = asBeginning && endsOpen(phrase)
    const whole = isOpen ? phrase.slice(0, -1) : phrase
    const alone = whole.length === 1 ? whole : whole.filter((word) => !isSpaceless(word))
    const tokens = [...pairsOf(whole), ...alone.map(wordToken)]
    if (isOpen) tokens.push(beginningToken(phrase.at(-1) as string))
    return tokens.map((token) => this.prefix + level + token)
  }
}

function tokensOf(words: readonly string[]): Set<string> {
  const tokens = new Set(pairsOf(words))
  for (const word of new Set(words)) {
    tokens.add(wordToken(word))
    if (isSpaceless(word)) continue
    let beginning = ''
    let length = 0
    for (const character of word) {
      beginning += character
      tokens.add(`b${beginning}`)
      if (++length === longestBeginning) break
    }
  }
  return tokens
}

/** The neighbours, where at least one is a character of a script without spaces. Others are found by themselves. */
function pairsOf(words: readonly string[]): string[] {
  const tokens: string[] = []
  let before = ''
  let isAlone = false
  for (const word of words) {
    const wasAlone = isAlone
    isAlone = isSpaceless(word)
    if (before !== '' && (wasAlone || isAlone)) tokens.push(wordToken(before + word))
    before = word
  }
  return tokens
}

const wordToken = (word: string): string => `w${cut(word, longestWord)}`
const beginningToken = (word: string): string => `b${cut(word, longestBeginning)}`

const cut = (word: string, longest: number): string =>
  word.length <= longest ? word : Array.from(word).slice(0, longest).join('')
