import { Problem } from './problem.ts'

/** ChatGPT waited this long for an answer. */
const longestCall = 45_000
const interval = 1_000

interface Pending {
  due: number
  expire: (problem: Problem) => void
}

/** Gives up on calls that take over 45 seconds. One timer looks after all of them, since one for each costs more. */
export class Deadlines {
  readonly #pending = new Set<Pending>()
  #timer: NodeJS.Timeout | undefined

  /** @throws Problem 504 */
  within<Result>(work: Promise<Result>, onExpire: () => void): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      const pending: Pending = {
        due: performance.now() + longestCall,
        expire: (problem) => {
          reject(problem)
          onExpire()
        },
      }
      this.#pending.add(pending)
      this.#timer ??= setInterval(() => this.#sweep(), interval).unref()
      work.then(resolve, reject).finally(() => this.#pending.delete(pending))
    })
  }

  #sweep(): void {
    const now = performance.now()
    for (const pending of this.#pending) {
      if (pending.due > now) break
      this.#pending.delete(pending)
      pending.expire(new Problem(504, 'The answer took over 45 seconds: ask for less, or call again later'))
    }
    if (this.#pending.size === 0) {
      clearInterval(this.#timer)
      this.#timer = undefined
    }
  }
}
