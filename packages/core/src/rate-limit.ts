import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible'
import { addressKey } from './address-key.ts'
import { Problem } from './problem.ts'

const window = 60
const failedTries = 100

/**
 * Allows `limit` calls a minute from one address (IPv6: from one /64), announced as in draft-ietf-httpapi-ratelimit-headers, and 100 calls
 * with a refused token.
 */
export class RateLimit {
  readonly #limit: number
  readonly #policy: string
  readonly #calls: RateLimiterMemory
  readonly #failures = new RateLimiterMemory({ points: failedTries, duration: window })

  constructor(limit: number) {
    this.#limit = limit
    this.#policy = `"default";q=${limit};w=${window}`
    this.#calls = new RateLimiterMemory({ points: limit, duration: window, keyPrefix: '' })
  }

  /**
   * Counts a call.
   * @returns headers for the answer, names and values in turn
   * @throws Problem 429
   */
  async count(address: string): Promise<string[]> {
    try {
      return this.#headers(await this.#calls.consume(addressKey(address)))
    } catch (refused) {
      const used = refused as RateLimiterRes
      throw tooMany(used, `at most ${this.#limit} calls a minute are allowed`, this.#headers(used))
    }
  }

  #headers({ msBeforeNext, remainingPoints }: RateLimiterRes): string[] {
    const seconds = Math.ceil(msBeforeNext / 1000)
    return ['RateLimit-Policy', this.#policy, 'RateLimit', `"default";r=${remainingPoints};t=${seconds}`]
  }

  /**
   * Authenticates, and counts refused tokens.
   * @throws Problem 429 or what `authenticate` throws
   */
  async guard<Result>(address: string, authenticate: () => Promise<Result>): Promise<Result> {
    const key = addressKey(address)
    const tries = await this.#failures.get(key)
    if (tries && tries.consumedPoints >= failedTries) throw tooMany(tries, 'too many tokens were refused')
    try {
      return await authenticate()
    } catch (error) {
      if (error instanceof Problem && error.status === 401) await this.#failures.penalty(key)
      throw error
    }
  }
}

function tooMany({ msBeforeNext }: RateLimiterRes, reason: string, more: string[] = []): Problem {
  const seconds = Math.max(1, Math.ceil(msBeforeNext / 1000))
  const headers: Record<string, string> = { 'retry-after': String(seconds) }
  for (let index = 0; index < more.length; index += 2) headers[more[index] as string] = more[index + 1] as string
  return new Problem(429, `Wait ${seconds} seconds before you call again: ${reason}`, { headers })
}
