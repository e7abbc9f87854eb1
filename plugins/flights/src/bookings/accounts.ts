import type { Database, Reading } from '@reference-plugins/store'
import type { Money } from '../order.ts'

/**
 * The money of each user, from which orders are paid. A payment that was sent to the source and is not known to have
 * failed counts as paid.
 */
export class Accounts {
  readonly #database: Database
  readonly #start: Money

  /** @param start what each user has at first */
  constructor(database: Database, start: Money) {
    this.#database = database
    this.#start = start
  }

  async balance(owner: string, reading: Reading = this.#database): Promise<Money> {
    const { amount, currency } = this.#start
    const entries = await reading.get<{ sum: number }>`
      SELECT CAST(COALESCE(sum(amount), 0) AS INTEGER) AS sum FROM account_entry WHERE owner = ${owner}`
    const reserved = await reading.get<{ sum: number }>`
      SELECT CAST(COALESCE(sum(amount), 0) AS INTEGER) AS sum FROM booking_step
      WHERE owner = ${owner} AND state = 'sent' AND amount > 0`
    return { amount: amount + (entries?.sum ?? 0) - (reserved?.sum ?? 0), currency }
  }
}
