import { LRUCache } from 'lru-cache'
import { WordVectors } from './word-vectors.ts'
import { toTerm, wordsOf } from './words.ts'

/** Words that are less alike count as different. */
const leastLikeness = 0.3
const longestText = 3_000

/** Loaded when the first text is added, once for every index. */
let vectors: WordVectors | undefined

/** Finds texts by the meaning of their words, for requests in other words. English only. */
export class Meaning {
  /** The words of each text. */
  readonly #texts = new Map<string, ReadonlySet<number>>()
  /** The texts that contain a word, each with the weight of the part that contains it. */
  readonly #words = new Map<number, Map<string, number>>()
  #likenesses = new LRUCache<number, ReadonlyMap<number, number>>({ max: 500 })

  add(id: string, parts: readonly [text: string, weight: number][]): void {
    const words = new Set<number>()
    for (const [text, weight] of parts)
      for (const word of this.#find(text.slice(0, longestText))) {
        words.add(word)
        const texts = this.#words.get(word) ?? new Map<string, number>()
        if (texts.size === 0) this.#likenesses.clear()
        this.#words.set(word, texts.set(id, Math.max(texts.get(id) ?? 0, weight)))
      }
    this.#texts.set(id, words)
  }

  remove(id: string): void {
    for (const word of this.#texts.get(id) ?? []) {
      const texts = this.#words.get(word)
      texts?.delete(id)
      if (texts?.size === 0) this.#words.delete(word)
    }
    this.#texts.delete(id)
  }

  /** How well each text fits: the sum over the words of the request of the most similar word. Rare words count more. */
  scores(request: string): Map<string, number> {
    const sums = new Map<string, number>()
    for (const word of new Set(this.#find(request))) {
      const best = new Map<string, number>()
      for (const [other, likeness] of this.#likenessesOf(word))
        for (const [id, part] of this.#words.get(other) ?? [])
          best.set(id, Math.max(best.get(id) ?? 0, likeness * part))
      for (const [id, fit] of best) sums.set(id, (sums.get(id) ?? 0) + fit * (Math.log(word + 20) - 2))
    }
    // A long text has a word similar to any other.
    for (const [id, sum] of sums) sums.set(id, sum / Math.log(20 + (this.#texts.get(id)?.size ?? 0)))
    return sums
  }

  /** How similar a word is to each word of the texts. */
  #likenessesOf(word: number): ReadonlyMap<number, number> {
    let found = this.#likenesses.get(word)
    if (!found) {
      const near = new Map<number, number>()
      for (const other of this.#words.keys()) {
        const likeness = vectors?.likeness(word, other) ?? 0
        if (likeness > leastLikeness) near.set(other, (likeness - leastLikeness) / (1 - leastLikeness))
      }
      found = near
      this.#likenesses.set(word, found)
    }
    return found
  }

  #find(text: string): number[] {
    vectors ??= new WordVectors()
    const known = vectors
    return wordsOf(text)
      .filter((word) => toTerm(word) !== null)
      .flatMap((word) => known.find(word) ?? [])
  }
}
