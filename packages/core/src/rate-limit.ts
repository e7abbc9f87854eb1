import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible'
import { Problem } from './problem.ts'

const window = 60
const failedTries = 100

/**
 * At most `limit` calls a minute from one address, announced as draft-ietf-httpapi-ratelimit-headers says,
 * and at most 100 with a token that is refused.
 */
export class RateLimit {
  readonly #limit: number
  readonly #calls: RateLimiterMemory
  readonly #failures = new RateLimiterMemory({ points: failedTries, duration: window })

  constructor(limit: number) {
    this.#limit = limit
    this.#calls = new RateLimiterMemory({ points: limit, duration: window })
  }

  /**
   * Counts a call.
   * @returns headers for the answer, names and values in turn
   * @throws Problem 429
   */
  async count(address: string): Promise<string[]> {
    let used: RateLimiterRes
    try {
      used = await this.#calls.consume(address)
    } catch (refused) {
      throw tooMany(refused as RateLimiterRes, `at most ${this.#limit} calls a minute are answered`)
    }
    const seconds = Math.ceil(used.msBeforeNext / 1000)
    return [
      'RateLimit-Policy',
      `"default";q=${this.#limit};w=${window}`,
      'RateLimit',
      `"default";r=${used.remainingPoints};t=${seconds}`,
    ]
  }

  /**
   * Authenticates, and counts the tokens that are refused.
   * @throws Problem 429 or what `authenticate` throws
   */
  async guard<Result>(address: string, authenticate: () => Promise<Result>): Promise<Result> {
    const tries = await this.#failures.get(address)
    if (tries && tries.consumedPoints >= failedTries) throw tooMany(tries, 'too many tokens were refused')
    try {
      return await authenticate()
    } catch (error) {
      if (error instanceof Problem && error.status === 401) await this.#failures.penalty(address)
      throw error
    }
  }
}

function tooMany({ msBeforeNext }: RateLimiterRes, reason: string): Problem {
  const seconds = Math.max(1, Math.ceil(msBeforeNext / 1000))
  return new Problem(429, `Wait ${seconds} seconds before you call again: ${reason}`, {
    headers: { 'retry-after': String(seconds) },
  })
}
