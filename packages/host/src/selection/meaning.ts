import { LRUCache } from 'lru-cache'
import { WordVectors } from './word-vectors.ts'
import { toTerm, wordsOf } from './words.ts'

/** Words that are less alike count as different. */
const leastLikeness = 0.3
const longestText = 3_000

/** Finds texts by the meaning of their words, for requests in other words. English only. */
export class Meaning {
  #vectors: WordVectors | undefined
  /** The words of each text, each with the weight of its part of the text. */
  readonly #texts = new Map<string, ReadonlyMap<number, number>>()
  /** How many texts contain a word. */
  readonly #words = new Map<number, number>()
  #likenesses = new LRUCache<number, ReadonlyMap<number, number>>({ max: 500 })

  add(id: string, parts: readonly [text: string, weight: number][]): void {
    const words = new Map<number, number>()
    for (const [text, weight] of parts)
      for (const word of this.#find(text.slice(0, longestText))) words.set(word, Math.max(words.get(word) ?? 0, weight))
    this.#texts.set(id, words)
    for (const word of words.keys()) {
      const count = this.#words.get(word) ?? 0
      this.#words.set(word, count + 1)
      if (count === 0) this.#likenesses.clear()
    }
  }

  remove(id: string): void {
    for (const word of this.#texts.get(id)?.keys() ?? []) {
      const count = (this.#words.get(word) ?? 1) - 1
      if (count > 0) this.#words.set(word, count)
      else this.#words.delete(word)
    }
    this.#texts.delete(id)
  }

  /** How well each text fits: the sum over the words of the request of the most similar word. Rare words count more. */
  scores(request: string): Map<string, number> {
    const wanted = [...new Set(this.#find(request))].map((word) => ({
      weight: Math.log(word + 20) - 2,
      likenesses: this.#likenessesOf(word),
    }))
    const scores = new Map<string, number>()
    for (const [id, words] of this.#texts) {
      let sum = 0
      for (const { weight, likenesses } of wanted) {
        let best = 0
        for (const [word, part] of words) best = Math.max(best, (likenesses.get(word) ?? 0) * part)
        sum += best * weight
      }
      // A long text has a word similar to any other.
      if (sum > 0) scores.set(id, sum / Math.log(20 + words.size))
    }
    return scores
  }

  /** How similar a word is to each word of the texts. */
  #likenessesOf(word: number): ReadonlyMap<number, number> {
    let found = this.#likenesses.get(word)
    if (!found) {
      const near = new Map<number, number>()
      for (const other of this.#words.keys()) {
        const likeness = this.#vectors?.likeness(word, other) ?? 0
        if (likeness > leastLikeness) near.set(other, (likeness - leastLikeness) / (1 - leastLikeness))
      }
      found = near
      this.#likenesses.set(word, found)
    }
    return found
  }

  #find(text: string): number[] {
    this.#vectors ??= new WordVectors()
    const vectors = this.#vectors
    return wordsOf(text)
      .filter((word) => toTerm(word) !== null)
      .flatMap((word) => vectors.find(word) ?? [])
  }
}
