import type { Span } from './definition-source.ts'

/** Changes to a text at positions of the text as it was. */
export class Edits {
  readonly #code: string
  readonly #changes: { start: number; end: number; text: string }[] = []

  constructor(code: string) {
    this.#code = code
  }

  replace({ start, end }: Span, text: string): void {
    this.#changes.push({ start, end, text })
  }

  insert(at: number, text: string): void {
    this.replace({ start: at, end: at }, text)
  }

  /** Removes the lines that the span is on, and a comma after it. */
  removeLines({ start, end }: Span): void {
    const first = this.#code.lastIndexOf('\n', start) + 1
    const next = this.#code.indexOf('\n', end)
    this.replace({ start: first, end: next < 0 ? this.#code.length : next + 1 }, '')
  }

  /** Removes one of the elements of a list, with the comma between it and another. */
  removeElement(element: Span, all: readonly Span[]): void {
    const index = all.findIndex(({ start }) => start === element.start)
    const [before, after] = [all[index - 1], all[index + 1]]
    if (after) this.replace({ start: element.start, end: after.start }, '')
    else this.replace({ start: before?.end ?? element.start, end: element.end }, '')
  }

  /** The changed text. Two changes of one place are made in the order in which they were asked for. */
  apply(): string {
    const ordered = this.#changes.map((change, order) => ({ ...change, order }))
    ordered.sort((a, b) => b.start - a.start || b.order - a.order)
    return ordered.reduce((code, { start, end, text }) => code.slice(0, start) + text + code.slice(end), this.#code)
  }
}
