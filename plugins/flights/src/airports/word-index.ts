import { mistakesBetween } from './mistakes.ts'

const mostMistakes = 2

/** Finds entries by words: whole, their beginnings, or with small typing errors. Entries are numbered as they are added. */
export class WordIndex {
  readonly #entries = new Map<string, number[]>()

  add(entry: number, words: Iterable<string>): void {
    for (const word of new Set(words)) {
      const entries = this.#entries.get(word)
      if (entries) entries.push(entry)
      else this.#entries.set(word, [entry])
    }
  }

  /** The entries that have all words, with the number of mistakes. Mistakes are allowed in words that no entry has. */
  find(words: readonly string[]): Map<number, number> {
    return this.#intersect(words.map((word) => this.#like(word)))
  }

  #beginningWith(word: string): Map<number, number> {
    const found = new Map<number, number>()
    const whole = this.#entries.get(word) ?? []
    for (const entry of whole) found.set(entry, 0)
    if (word.length > 1)
      for (const [known, entries] of this.#entries)
        if (known.startsWith(word)) for (const entry of entries) found.set(entry, 0)
    return found
  }

  #like(word: string): Map<number, number> {
    const found = this.#beginningWith(word)
    const allowed = Math.min(mostMistakes, Math.floor(word.length / 4))
    if (found.size > 0 || allowed === 0) return found
    for (const [known, entries] of this.#entries) {
      // The first letter is seldom wrong, and comparing few words is fast.
      if (known[0] !== word[0] && known[0] !== word[1]) continue
      const mistakes = mistakesBetween(word, known, allowed)
      if (mistakes > allowed) continue
      for (const entry of entries) found.set(entry, Math.min(mistakes, found.get(entry) ?? mistakes))
    }
    return found
  }

  #intersect([first = new Map(), ...others]: Map<number, number>[]): Map<number, number> {
    const all = new Map<number, number>()
    for (const [entry, mistakes] of first) {
      const more = others.map((found) => found.get(entry))
      if (more.every((one) => one !== undefined))
        all.set(
          entry,
          more.reduce((sum, one) => sum + one, mistakes),
        )
    }
    return all
  }
}
