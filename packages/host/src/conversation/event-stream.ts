import { EventEmitter, once } from 'node:events'

/** Where events come from. */
export interface EventSource<Event> {
  listen(signal: AbortSignal): AsyncGenerator<Event>
}

/** Events of something that is running, for any number of listeners. A late listener gets the earlier events too. */
export class EventStream<Event> implements EventSource<Event> {
  readonly #events: Event[] = []
  readonly #emitter = new EventEmitter().setMaxListeners(0)
  #isOver = false

  emit(event: Event): void {
    if (this.#isOver) return
    this.#events.push(event)
    this.#emitter.emit('change')
  }

  end(): void {
    this.#isOver = true
    this.#emitter.emit('change')
  }

  async *listen(signal: AbortSignal): AsyncGenerator<Event> {
    for (let next = 0; !signal.aborted; ) {
      if (next < this.#events.length) yield this.#events[next++] as Event
      else if (this.#isOver) return
      else await once(this.#emitter, 'change', { signal }).catch(() => {})
    }
  }
}
