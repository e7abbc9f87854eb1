import { addressKey, Problem } from '@reference-plugins/core'
import { SignInBusy, TooManyTries, tryPassword, whileWaited } from '@reference-plugins/oauth-server/password-try'
import { SignInLimits } from '@reference-plugins/oauth-server/sign-in-limits'
import type { Context } from 'koa'
import { RateLimiterMemory } from 'rate-limiter-flexible'

/** For all names together from one address, so that nobody tries one password on many accounts. */
const failuresAMinute = 30
/** From one address. */
const signUpsAMinute = 10

type Caller = Pick<Context, 'ip' | 'res'>
type Attempt<Result> = (signal: AbortSignal) => Promise<Result>

/** Passwords that are tried or chosen: counted, and given up when the caller leaves. */
export class PasswordTries {
  readonly #limits = new SignInLimits()
  readonly #failures = new RateLimiterMemory({ points: failuresAMinute, duration: 60 })
  readonly #signUps = new RateLimiterMemory({ points: signUpsAMinute, duration: 60 })

  /** @throws Problem 403 with `wrong` if the attempt resolves to undefined; 429; 503 */
  async check<Result>(
    caller: Caller,
    name: string,
    wrong: string,
    attempt: Attempt<Result | undefined>,
  ): Promise<Result> {
    const address = addressKey(caller.ip)
    const failed = await this.#failures.get(address)
    if (failed && failed.consumedPoints >= failuresAMinute) throw tooMany(Math.ceil(failed.msBeforeNext / 1000))
    const result = await tryPassword(caller, name, this.#limits, attempt).catch(toProblem)
    if (result !== undefined) return result
    await this.#failures.penalty(address)
    throw new Problem(403, wrong)
  }

  /** From now on the user is known at this address. @throws Problem 429; 503 */
  async signUp<Result>(caller: Caller, name: string, attempt: Attempt<Result>): Promise<Result> {
    await this.#signUps.consume(addressKey(caller.ip)).catch(() => {
      throw tooMany(60)
    })
    const result = await whileWaited(caller.res, attempt).catch(toProblem)
    if (result !== undefined) await this.#limits.trust(caller.ip, name)
    return result
  }
}

function toProblem(error: Error): never {
  if (error instanceof TooManyTries) throw tooMany(error.seconds)
  if (error instanceof SignInBusy) throw new Problem(503, error.message, { headers: error.headers })
  throw error
}

const tooMany = (seconds: number): Problem => {
  const wait = Math.max(1, seconds)
  return new Problem(429, `Too many attempts: wait ${wait} seconds`, { headers: { 'retry-after': String(wait) } })
}
