import type { Database } from '@reference-plugins/store'
import { RateLimiterMemory } from 'rate-limiter-flexible'

const atOnceOfUser = 5
const atOnceOfAll = 20
const hourlyOfUser = 200
const hour = 3_600

/** One user, or all users together, would fetch too much. The message tells the user what to do. */
export class TooManyFetches extends Error {
  override readonly name = 'TooManyFetches'
  /** 429 if the user fetches too much, 503 if all users together do. */
  readonly status: 429 | 503
  /** In seconds. */
  readonly retryAfter: number

  constructor(status: 429 | 503, message: string, retryAfter: number) {
    super(message)
    this.status = status
    this.retryAfter = retryAfter
  }
}

/**
 * Limits the fetches that users cause: 5 at a time and 200 an hour for each user, and 20 at a time for all together. Those at
 * a time are counted by each process, those of an hour together by all that have the same counts.
 */
export class FetchLimit {
  readonly #counts: Database['counts'] | undefined
  readonly #running = new Map<string, number>()
  readonly #hourly = new RateLimiterMemory({ points: hourlyOfUser, duration: hour })
  #all = 0

  /** @param counts of several processes; without them this process counts alone */
  constructor(counts?: Database['counts']) {
    this.#counts = counts
  }

  /**
   * Runs one fetch for a user.
   * @throws TooManyFetches
   */
  async run<Result>(user: string, fetch: () => Promise<Result>): Promise<Result> {
    const own = this.#running.get(user) ?? 0
    if (own >= atOnceOfUser)
      throw new TooManyFetches(
        429,
        `You are adding ${own} feeds already: wait for their answers, then add the next ones, ${atOnceOfUser} at a time`,
        5,
      )
    if (this.#all >= atOnceOfAll)
      throw new TooManyFetches(503, 'Other users are adding many feeds: call again in 10 seconds', 10)
    this.#running.set(user, own + 1)
    this.#all++
    try {
      await this.#countHourly(user)
      return await fetch()
    } finally {
      this.#all--
      const left = (this.#running.get(user) as number) - 1
      if (left > 0) this.#running.set(user, left)
      else this.#running.delete(user)
    }
  }

  async #countHourly(user: string): Promise<void> {
    const { used, left } = await this.#addHourly(user)
    if (used <= hourlyOfUser) return
    const seconds = Math.max(1, Math.ceil(left / 1000))
    throw new TooManyFetches(
      429,
      `You have added ${hourlyOfUser} new URLs within an hour: call again in ${seconds} seconds`,
      seconds,
    )
  }
  async #addHourly(user: string): Promise<{ used: number; left: number }> {
    if (this.#counts) {
      const key = `fetches ${user}`
      return (await this.#counts.add(new Map([[key, 1]]), hour)).get(key) as { used: number; left: number }
    }
    const { msBeforeNext, consumedPoints } = await this.#hourly.consume(user).catch((refused) => refused)
    return { used: consumedPoints, left: msBeforeNext }
  }
}
