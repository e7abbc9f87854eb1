import type { Context } from 'koa'
import { SignInBusy } from './password.ts'
import type { SignInLimits } from './sign-in-limits.ts'

export { SignInBusy } from './password.ts'

/** The password of this name has been tried too often. */
export class TooManyTries extends Error {
  override readonly name = 'TooManyTries'
  /** To wait. */
  readonly seconds: number

  constructor(seconds: number) {
    super(`Too many tries: wait ${seconds} seconds and try again`)
    this.seconds = seconds
  }
}

/**
 * Counts a try of a password and makes it, as long as the caller waits for the answer. A try that is given up is not
 * counted for the name. Resolves to undefined if the password is wrong.
 * @throws TooManyTries; SignInBusy, also if the caller has gone
 */
export async function tryPassword<Result>(
  { ip, res }: Pick<Context, 'ip' | 'res'>,
  name: string,
  limits: SignInLimits,
  attempt: (signal: AbortSignal) => Promise<Result | undefined>,
): Promise<Result | undefined> {
  const wait = await limits.count(ip, name)
  if (wait > 0) throw new TooManyTries(wait)
  try {
    const result = await whileWaited(res, attempt)
    if (result !== undefined) await limits.succeed(ip, name)
    return result
  } catch (error) {
    if (error instanceof SignInBusy) await limits.giveBack(ip, name)
    throw error
  }
}

/** Does work that hashes a password, and gives it up when the caller leaves. @throws SignInBusy, also if the caller has gone */
export async function whileWaited<Result>(
  response: Context['res'],
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const gone = new AbortController()
  const giveUp = () => gone.abort()
  response.once('close', giveUp)
  try {
    if (response.destroyed) giveUp()
    return await work(gone.signal)
  } catch (error) {
    throw gone.signal.aborted ? new SignInBusy() : error
  } finally {
    response.off('close', giveUp)
  }
}
