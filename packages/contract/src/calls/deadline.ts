import { AsyncLocalStorage } from 'node:async_hooks'

const ends = new AsyncLocalStorage<number>()

/** The time of the run is over, so nothing follows from the missing answer. */
export class TimeOver extends Error {
  override readonly name = 'TimeOver'
}

/**
 * Does the work with a deadline for every call inside it, at any depth.
 * @param end by the clock of `performance.now()`
 */
export const withDeadline = <Result>(end: number, work: () => Promise<Result>): Promise<Result> => ends.run(end, work)

/** In milliseconds. Infinity outside `withDeadline`. */
export const timeLeft = (): number => (ends.getStore() ?? Number.POSITIVE_INFINITY) - performance.now()

/**
 * Ends a call after `longest` milliseconds, and at the deadline of the run.
 * @throws TimeOver where the deadline has passed
 */
export function callLimit(longest: number): AbortSignal {
  const left = timeLeft()
  if (left <= 0) throw new TimeOver('the time of the run is over')
  return AbortSignal.timeout(Math.ceil(Math.min(longest, left)) + 1)
}
