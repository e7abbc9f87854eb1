import { Problem } from './problem.ts'

/** ChatGPT waited this long for an answer. */
const longestCall = 45_000
const interval = 1_000

/** A call that is being run. */
export interface Deadline {
  readonly due: number
  readonly onExpire: (problem: Problem) => void
}

/** Gives up on calls that take over 45 seconds. One timer looks after all of them, since one for each costs more. */
export class Deadlines {
  readonly #pending = new Set<Deadline>()
  #timer: NodeJS.Timeout | undefined

  /** @param onExpire gets the 504 */
  start(onExpire: Deadline['onExpire']): Deadline {
    const deadline = { due: performance.now() + longestCall, onExpire }
    this.#pending.add(deadline)
    this.#timer ??= setInterval(() => this.#sweep(), interval).unref()
    return deadline
  }

  end(deadline: Deadline): void {
    this.#pending.delete(deadline)
  }

  #sweep(): void {
    const now = performance.now()
    for (const deadline of this.#pending) {
      // They stand in the order in which they were started.
      if (deadline.due > now) break
      this.#pending.delete(deadline)
      deadline.onExpire(new Problem(504, 'The answer took over 45 seconds: ask for less, or call again later'))
    }
    if (this.#pending.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
