import { addressKey } from '@reference-plugins/core'
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible'
import { nameKey } from './name.ts'

const minute = 60
const hour = 60 * minute
const twoWeeks = 14 * 24 * hour

/**
 * How often passwords may be tried (NIST SP 800-63B-4, 3.2.2): 10 times a minute for a name at an address, 100 times a
 * minute at an address, 30 times an hour for a name from all addresses together, and 300 times a minute in total. The last
 * two do not count at an address where the user has signed in during the last two weeks, so that nobody can lock out
 * another user. How many are checked at once is limited in password.ts.
 */
export class SignInLimits {
  readonly #ofNameAtAddress = new RateLimiterMemory({ points: 10, duration: minute })
  readonly #ofAddress = new RateLimiterMemory({ points: 100, duration: minute })
  readonly #ofName = new RateLimiterMemory({ points: 30, duration: hour })
  readonly #ofAll = new RateLimiterMemory({ points: 300, duration: minute })
  readonly #trusted = new RateLimiterMemory({ points: 1, duration: twoWeeks })

  /** Counts one try. Returns the seconds to wait, or 0. */
  async count(address: string, name: string): Promise<number> {
    const { from, account, both } = keysOf(address, name)
    try {
      await this.#ofAddress.consume(from)
      await this.#ofNameAtAddress.consume(both)
      if ((await this.#trusted.get(both)) !== null) return 0
      await this.#ofName.consume(account)
      await this.#ofAll.consume('all')
      return 0
    } catch (refused) {
      return Math.max(1, Math.ceil((refused as RateLimiterRes).msBeforeNext / 1000))
    }
  }

  /** No password was checked, because too many wait or the browser has gone. The address has used its try up. */
  async giveBack(address: string, name: string): Promise<void> {
    const { account, both } = keysOf(address, name)
    if ((await this.#trusted.get(both)) !== null) return
    await this.#ofName.reward(account)
    await this.#ofAll.reward('all')
  }

  /** The right password was given, so this try was no guess. */
  async succeed(address: string, name: string): Promise<void> {
    const { account, both } = keysOf(address, name)
    await this.#ofNameAtAddress.delete(both)
    if ((await this.#trusted.get(both)) === null) await this.#ofName.reward(account)
    await this.trust(address, name)
  }

  /** The user has signed up or in at this address. */
  async trust(address: string, name: string): Promise<void> {
    await this.#trusted.set(keysOf(address, name).both, 1, twoWeeks)
  }
}

function keysOf(address: string, name: string) {
  const [from, account] = [addressKey(address), nameKey(name)]
  return { from, account, both: `${from} ${account}` }
}
