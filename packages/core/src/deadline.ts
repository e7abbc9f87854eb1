import { Problem } from './problem.ts'

/** ChatGPT waited this long for an answer. */
const longestCall = 45_000
const interval = 1_000

/** A running call. */
export interface Deadline {
  readonly due: number
  readonly onExpire: (problem: Problem) => void
  /** Its index in the list of running calls. */
  place: number
}

/** Ends calls that take over 45 seconds. They share one timer, because a timer for each call costs more. */
export class Deadlines {
  // Not a Set: V8 copies a Set that changes all the time again and again, and keeps the entries of each copy,
  // whole requests, until the next major garbage collection.
  readonly #pending: Deadline[] = []
  #timer: NodeJS.Timeout | undefined

  /** @param onExpire receives the 504 */
  start(onExpire: Deadline['onExpire']): Deadline {
    const deadline = { due: performance.now() + longestCall, onExpire, place: this.#pending.length }
    this.#pending.push(deadline)
    this.#timer ??= setInterval(() => this.#sweep(), interval).unref()
    return deadline
  }

  end(deadline: Deadline): void {
    if (this.#pending[deadline.place] !== deadline) return
    const last = this.#pending.pop() as Deadline
    if (last === deadline) return
    last.place = deadline.place
    this.#pending[last.place] = last
  }

  #sweep(): void {
    const now = performance.now()
    for (const deadline of this.#pending.filter(({ due }) => due <= now)) {
      this.end(deadline)
      deadline.onExpire(new Problem(504, 'The answer took over 45 seconds: ask for less, or call again later'))
    }
    if (this.#pending.length > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
