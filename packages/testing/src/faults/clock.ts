import { mock } from 'node:test'

const week = 7 * 24 * 3_600_000

/** The time of this process, which stands still between two calls of `advance`. */
export class Clock {
  readonly #start: number

  constructor(start = Date.now()) {
    this.#start = start
    mock.timers.enable({ apis: ['Date'], now: start })
  }

  advance(seconds: number): void {
    mock.timers.tick(seconds * 1000)
  }

  /** The same day and time of another week, so that the next user finds the shops open. */
  advanceWeeks(): void {
    const past = Date.now() - this.#start
    mock.timers.tick(Math.ceil(past / week) * week - past)
  }

  stop(): void {
    mock.timers.reset()
  }
}
