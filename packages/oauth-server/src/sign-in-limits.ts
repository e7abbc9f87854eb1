import { addressKey } from '@reference-plugins/core'
import type { Database } from '@reference-plugins/store'
import { Limiter } from './limiter.ts'
import { nameKey } from './name.ts'

const minute = 60
const hour = 60 * minute
const twoWeeks = 14 * 24 * hour

/**
 * How often passwords may be tried at all processes with one database (NIST SP 800-63B-4, 3.2.2): 10 times a minute for a name at an address, 100 times a
 * minute at an address, 30 times an hour for a name from all addresses together, and 300 times a minute in total. The last
 * two do not count at an address where the user has signed in during the last two weeks, so that nobody can lock out
 * another user. How many are checked at once is limited in password.ts.
 */
export class SignInLimits {
  readonly #ofNameAtAddress: Limiter
  readonly #ofAddress: Limiter
  readonly #ofName: Limiter
  readonly #ofAll: Limiter
  readonly #trusted: Limiter

  constructor(database: Database) {
    const limiter = (name: string, points: number, seconds: number) => new Limiter(database, { name, points, seconds })
    this.#ofNameAtAddress = limiter('name at address', 10, minute)
    this.#ofAddress = limiter('address', 100, minute)
    this.#ofName = limiter('name', 30, hour)
    this.#ofAll = limiter('all', 300, minute)
    this.#trusted = limiter('trusted', 1, twoWeeks)
  }

  /** Counts one try. Returns the seconds to wait, or 0. */
  async count(address: string, name: string): Promise<number> {
    const { from, account, both } = keysOf(address, name)
    const wait = (await this.#ofAddress.use(from)) || (await this.#ofNameAtAddress.use(both))
    if (wait > 0 || (await this.#isTrusted(both))) return wait
    return (await this.#ofName.use(account)) || (await this.#ofAll.use('all'))
  }

  /** No password was checked, because too many wait or the browser has gone. The address has used its try up. */
  async giveBack(address: string, name: string): Promise<void> {
    const { account, both } = keysOf(address, name)
    if (await this.#isTrusted(both)) return
    await this.#ofName.giveBack(account)
    await this.#ofAll.giveBack('all')
  }

  /** The right password was given, so this try was no guess. */
  async succeed(address: string, name: string): Promise<void> {
    const { account, both } = keysOf(address, name)
    await this.#ofNameAtAddress.forget(both)
    if (!(await this.#isTrusted(both))) await this.#ofName.giveBack(account)
    await this.trust(address, name)
  }

  /** The user has signed up or in at this address. */
  async trust(address: string, name: string): Promise<void> {
    await this.#trusted.useUp(keysOf(address, name).both)
  }

  async #isTrusted(both: string): Promise<boolean> {
    return (await this.#trusted.wait(both)) > 0
  }
}

function keysOf(address: string, name: string) {
  const [from, account] = [addressKey(address), nameKey(name)]
  return { from, account, both: `${from} ${account}` }
}
