import { addressKey, Problem } from '@reference-plugins/core'
import { Limiter } from '@reference-plugins/oauth-server/limiter'
import { SignInBusy, TooManyTries, tryPassword, whileWaited } from '@reference-plugins/oauth-server/password-try'
import { SignInLimits } from '@reference-plugins/oauth-server/sign-in-limits'
import type { Database } from '@reference-plugins/store'
import type { Context } from 'koa'

/** For all names together from one address, so that nobody tries one password on many accounts. */
const failuresAMinute = 30
/** From one address. */
const signUpsAMinute = 10

type Caller = Pick<Context, 'ip' | 'res'>
type Attempt<Result> = (signal: AbortSignal) => Promise<Result>

/** Passwords that are tried or chosen: counted, and given up when the caller leaves. */
export class PasswordTries {
  readonly #limits: SignInLimits
  readonly #failures: Limiter
  readonly #signUps: Limiter

  constructor(database: Database) {
    this.#limits = new SignInLimits(database)
    this.#failures = new Limiter(database, { name: 'failures', points: failuresAMinute, seconds: 60 })
    this.#signUps = new Limiter(database, { name: 'sign-ups', points: signUpsAMinute, seconds: 60 })
  }

  /** @throws Problem 403 with `wrong` if the attempt resolves to undefined; 429; 503 */
  async check<Result>(
    caller: Caller,
    name: string,
    wrong: string,
    attempt: Attempt<Result | undefined>,
  ): Promise<Result> {
    const address = addressKey(caller.ip)
    const failed = await this.#failures.wait(address)
    if (failed > 0) throw tooMany(failed)
    const result = await tryPassword(caller, name, this.#limits, attempt).catch(toProblem)
    if (result !== undefined) return result
    await this.#failures.use(address)
    throw new Problem(403, wrong)
  }

  /** From now on the user is known at this address. @throws Problem 429; 503 */
  async signUp<Result>(caller: Caller, name: string, attempt: Attempt<Result>): Promise<Result> {
    const wait = await this.#signUps.use(addressKey(caller.ip))
    if (wait > 0) throw tooMany(wait)
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
