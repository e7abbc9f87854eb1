/** A fault of a document that was repaired while it was read; for the developer. */
export interface Repair {
  document: 'manifest' | 'spec'
  /** Where in the document, as a JSON pointer. */
  pointer: string
  /** What was wrong and what was assumed, in a sentence. */
  message: string
}

const most = 200

/** The repairs of one document: each once, and at most 200. */
export class Repairs {
  readonly #document: Repair['document']
  readonly #list: Repair[] = []
  readonly #known = new Set<string>()
  #more = 0

  constructor(document: Repair['document']) {
    this.#document = document
  }

  add(pointer: string, message: string): void {
    if (this.#list.length >= most) return void this.#more++
    const key = `${pointer} ${message}`
    if (this.#known.has(key)) return
    this.#known.add(key)
    this.#list.push({ document: this.#document, pointer, message })
  }

  list(): Repair[] {
    if (this.#more === 0) return [...this.#list]
    return [
      ...this.#list,
      { document: this.#document, pointer: '', message: `${this.#more} more faults of these kinds were repaired.` },
    ]
  }
}
