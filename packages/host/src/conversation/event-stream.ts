/** Events of something that runs, for any number of listeners. Who comes later hears what was said before. */
export class EventStream<Event> {
  readonly #events: Event[] = []
  readonly #wake = new Set<() => void>()
  #isOver = false

  emit(event: Event): void {
    if (this.#isOver) return
    this.#events.push(event)
    for (const wake of this.#wake) wake()
  }

  end(): void {
    this.#isOver = true
    for (const wake of this.#wake) wake()
  }

  /** @param from how many of the first events are not wanted */
  async *listen(signal: AbortSignal, from = 0): AsyncGenerator<Event> {
    for (let next = from; !signal.aborted; ) {
      while (next < this.#events.length) yield this.#events[next++] as Event
      if (this.#isOver) return
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#wake.delete(wake)
          signal.removeEventListener('abort', wake)
          resolve()
        }
        this.#wake.add(wake)
        signal.addEventListener('abort', wake)
        if (next < this.#events.length || this.#isOver || signal.aborted) wake()
      })
    }
  }
}
