/** Events of something that is running, for any number of listeners. A late listener gets the earlier events too. */
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

  async *listen(signal: AbortSignal): AsyncGenerator<Event> {
    for (let next = 0; !signal.aborted; ) {
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
