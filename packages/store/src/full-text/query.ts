import { endsOpen, isUncertain, type Tokenizer } from './tokenizer.ts'
import { phrasesOf, wordsOf } from './words.ts'

/** What a text must have to be in one class of results. */
interface Class {
  /** The words of the query are in the fields up to this one. */
  level: number
  /** Each word of the query is at least the beginning of a word of the text. */
  asBeginning: boolean
}

/** What a person searches for: the text must contain all words. Words without a space between them stand together. */
export class Query {
  readonly #phrases: string[][]
  readonly #levels: number

  /** @param levels how many fields the texts have, the most important one first */
  constructor(query: string, levels: number) {
    this.#phrases = phrasesOf(query)
    this.#levels = levels
  }

  get isEmpty(): boolean {
    return this.#phrases.length === 0
  }

  /** Whether a text may have all tokens and yet not contain the query. */
  get isUncertain(): boolean {
    return this.#phrases.some((phrase) => isUncertain(phrase))
  }

  /** Texts with the exact words come first, then those with longer ones; in both those with all words in the first field. */
  get ranks(): Class[] {
    const levels = Array.from({ length: this.#levels }, (_, level) => level)
    const hasBeginnings = this.#phrases.some(endsOpen)
    return (hasBeginnings ? [false, true] : [true]).flatMap((asBeginning) =>
      levels.map((level) => ({ level, asBeginning })),
    )
  }

  tokens(tokenizer: Tokenizer, { level, asBeginning }: Class): string[] {
    return [...new Set(this.#phrases.flatMap((phrase) => tokenizer.ofPhrase(phrase, level, asBeginning)))]
  }

  /** Reads the text itself, and returns the first of the classes that it is in. */
  classify(fields: readonly string[], classes: readonly Class[]): Class | undefined {
    const texts = fields.map((field) => ` ${wordsOf(field).join(' ')} `)
    return classes.find(({ level, asBeginning }) =>
      this.#phrases.every((phrase) => {
        const wanted = ` ${phrase.join(' ')}${asBeginning && endsOpen(phrase) ? '' : ' '}`
        return texts.slice(0, level + 1).some((text) => text.includes(wanted))
      }),
    )
  }
}
