import { mock } from 'node:test'

/** The time of this process, which stands still between two calls of `advance`. */
export const clock = {
  start(): void {
    mock.timers.enable({ apis: ['Date'], now: Date.now() })
  },
  advance(seconds: number): void {
    mock.timers.tick(seconds * 1000)
  },
  stop(): void {
    mock.timers.reset()
  },
}
