import { readFileSync } from 'node:fs'

const dimensions = 100

/** English words as vectors: see data/README.md. Loading takes some milliseconds. */
export class WordVectors {
  readonly #ids: ReadonlyMap<string, number>
  readonly #bytes: Int8Array
  readonly #lengths: Float32Array

  constructor() {
    const folder = new URL('../../data/', import.meta.url)
    const words = readFileSync(new URL('words.txt', folder), 'utf8').split('\n')
    const file = readFileSync(new URL('vectors.bin', folder))
    this.#ids = new Map(words.map((word, index) => [word, index]))
    this.#bytes = new Int8Array(file.buffer, file.byteOffset, file.length)
    this.#lengths = Float32Array.from(words, (_, index) => Math.sqrt(this.#product(index, index)))
  }

  /** The number of a word, or of its base form. Rarer words have larger numbers. */
  find(word: string): number | undefined {
    return this.#ids.get(word) ?? this.#ids.get(word.replace(/s$/, '')) ?? this.#ids.get(word.replace(/ing$/, ''))
  }

  /** How similar the meanings of two words are, from -1 to 1. */
  likeness(one: number, other: number): number {
    return this.#product(one, other) / ((this.#lengths[one] ?? 1) * (this.#lengths[other] ?? 1))
  }

  #product(one: number, other: number): number {
    let sum = 0
    for (let place = 0; place < dimensions; place++)
      sum += (this.#bytes[one * dimensions + place] ?? 0) * (this.#bytes[other * dimensions + place] ?? 0)
    return sum
  }
}
