import { addressKey } from './address-key.ts'
import type { Auth, Caller } from './auth/auth.ts'
import { type CallCount, CallCounts } from './call-counts.ts'
import type { CoreContext } from './exchange.ts'
import type { SharedCounts } from './plugin.ts'
import { Problem } from './problem.ts'

const window = 60
const failedTries = 100

export interface RateLimitOptions {
  /** The most calls a minute of one caller, or of one address where there are no callers. */
  limit: number
  /** The most calls a minute of one caller, by the name of its plan. */
  plans?: Readonly<Record<string, number>> | undefined
  /** Where all instances count together. */
  shared?: SharedCounts | undefined
  onShared?: (isShared: boolean, error?: unknown) => void
}

interface Limit {
  readonly most: number
  /** As in draft-ietf-httpapi-ratelimit-headers. */
  readonly name: string
  readonly policy: string
}

/**
 * Allows each caller a number of calls a minute, announced as in draft-ietf-httpapi-ratelimit-headers. A call without a
 * caller counts for its address (IPv6: for its /64). Allows 100 calls with a refused token from one address.
 */
export class RateLimit {
  readonly #default: Limit
  readonly #plans: ReadonlyMap<string, Limit>
  readonly #calls: CallCounts
  readonly #failures: CallCounts

  constructor({ limit, plans = {}, ...options }: RateLimitOptions) {
    this.#default = toLimit('default', limit)
    this.#plans = new Map(Object.entries(plans).map(([name, most]) => [name, toLimit(name, most)]))
    this.#calls = new CallCounts({ name: 'calls', window, ...options })
    this.#failures = new CallCounts({ name: 'refused tokens', window, shared: options.shared })
  }

  /**
   * Counts a call.
   * @returns headers for the answer, names and values in turn
   * @throws Problem 429
   */
  count(address: string, caller?: Caller): string[] {
    const limit = (caller?.plan !== undefined && this.#plans.get(caller.plan)) || this.#default
    const key = caller ? `caller ${caller.id}` : addressKey(address)
    const before = this.#calls.find(key)
    if (before && before.used >= limit.most)
      throw tooMany(before, `at most ${limit.most} calls a minute are allowed`, headersOf(limit, before))
    return headersOf(limit, this.#calls.add(key))
  }

  /**
   * Authenticates a request, and counts it: for its caller, or for its address if it has none or is refused. Its answer gets
   * the headers in any case.
   * @throws Problem 429 or what the auth mode throws
   */
  async admit({ ip, req, state }: CoreContext, auth: Auth): Promise<Caller | undefined> {
    const { authorization } = req.headers
    let caller: Caller | undefined
    try {
      const authenticate = () => auth.authenticate(authorization)
      caller = await (authorization === undefined ? authenticate() : this.guard(ip, authenticate))
    } catch (error) {
      state.headers = this.count(ip)
      throw error
    }
    state.headers = this.count(ip, caller)
    return caller
  }

  /**
   * Authenticates, and counts refused tokens.
   * @throws Problem 429 or what `authenticate` throws
   */
  async guard<Result>(address: string, authenticate: () => Promise<Result>): Promise<Result> {
    const key = addressKey(address)
    const tries = this.#failures.find(key)
    if (tries && tries.used >= failedTries) throw tooMany(tries, 'too many tokens were refused')
    try {
      return await authenticate()
    } catch (error) {
      if (error instanceof Problem && error.status === 401) this.#failures.add(key)
      throw error
    }
  }
}

const toLimit = (name: string, most: number): Limit => ({ most, name, policy: `"${name}";q=${most};w=${window}` })

const secondsUntil = ({ endsAt }: CallCount): number => Math.max(1, Math.ceil((endsAt - performance.now()) / 1000))

function headersOf({ most, name, policy }: Limit, count: CallCount): string[] {
  const left = Math.max(0, most - count.used)
  return ['RateLimit-Policy', policy, 'RateLimit', `"${name}";r=${left};t=${secondsUntil(count)}`]
}

function tooMany(count: CallCount, reason: string, more: string[] = []): Problem {
  const seconds = secondsUntil(count)
  const headers: Record<string, string> = { 'retry-after': String(seconds) }
  for (let index = 0; index < more.length; index += 2) headers[more[index] as string] = more[index + 1] as string
  return new Problem(429, `Wait ${seconds} seconds before you call again: ${reason}`, { headers })
}
