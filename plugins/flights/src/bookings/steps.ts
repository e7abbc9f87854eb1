import { createHash } from 'node:crypto'
import type { Database, Transaction } from '@reference-plugins/store'
import { formatMoney } from '../money.ts'
import type { Money } from '../order.ts'
import { SourceError } from '../source.ts'
import type { Accounts } from './accounts.ts'

/** Something that the source is asked to do, which may be done although its answer is lost. */
export interface Step {
  /** Follows from the owner and the idempotency key: the source keeps it with an order. */
  id: string
  owner: string
  kind: 'order' | 'payment' | 'cancellation' | 'change'
  /** The id of the offer, the order, the cancellation or the change. */
  subject: string
  /** Missing before there is an order. */
  orderId?: string | undefined
  /** What the user pays for it. Negative if it is paid back. */
  price: Money
}

export interface SentStep extends Step {
  /**
   * `sent`: it may be done. `abandoned`: it was not done when it should have been, and is looked for a while longer.
   * `done`: it is known to be done.
   */
  state: 'sent' | 'abandoned' | 'done'
  sentAt: number
}

interface Row {
  id: string
  owner: string
  kind: Step['kind']
  subject: string
  order_id: string | null
  state: SentStep['state']
  amount: number
  currency: string
  sent_at: number
}

const minute = 60_000
/** Answers are kept for 48 hours: until then a call may come again. */
const keptFor = 72 * 60 * minute
const lookedForDuring = 24 * 60 * minute
const mostAtOnce = 20

/**
 * The journal of steps. A step is written before it is sent to the source, and ended in one transaction with what it means
 * here: who has the order, and what is paid from the account.
 */
export class Steps {
  readonly #database: Database
  readonly #accounts: Accounts
  readonly #now: () => number

  constructor(database: Database, accounts: Accounts, now: () => number) {
    this.#database = database
    this.#accounts = accounts
    this.#now = now
  }

  /** Writes that the step is about to be sent, or returns it as it was written before. @throws SourceError */
  begin(step: Step): Promise<{ isNew: boolean; sent: SentStep }> {
    return this.#database.transaction(async (transaction) => {
      const { id, owner, kind, subject, orderId = null, price } = step
      const earlier = await transaction.get<Row>`SELECT * FROM booking_step WHERE id = ${id}`
      if (earlier) return { isNew: false, sent: toStep(earlier) }
      if (await transaction.get`SELECT 1 FROM booking_step WHERE order_id = ${orderId} AND state = 'sent'`)
        throw new SourceError('order_busy', 'Another call for this order has not ended')
      const balance = await this.#accounts.balance(owner, transaction)
      if (price.amount !== 0 && price.currency !== balance.currency)
        throw new SourceError('insufficient_balance', `The account is in ${balance.currency}`)
      if (price.amount > balance.amount)
        throw new SourceError('insufficient_balance', `The account has only ${formatMoney(balance)}`, {
          price: balance,
        })
      const sentAt = this.#now()
      await transaction.run`
        INSERT INTO booking_step (id, owner, kind, subject, order_id, state, amount, currency, sent_at, check_at)
        VALUES (${id}, ${owner}, ${kind}, ${subject}, ${orderId}, 'sent', ${price.amount}, ${price.currency}, ${sentAt}, ${sentAt + minute})`
      return { isNew: true, sent: { ...step, state: 'sent', sentAt } }
    })
  }

  /** The step is done: from now on the owner has the order, and has paid. Does nothing if that is known. */
  end({ id, owner, kind, subject, price }: Step, orderId: string, paid: number): Promise<void> {
    return this.#database.transaction(async (transaction) => {
      const now = this.#now()
      const isNews = await transaction.run`
        UPDATE booking_step SET state = 'done', order_id = ${orderId}, check_at = ${now + keptFor}
        WHERE id = ${id} AND state <> 'done'`
      if (!isNews) return
      if (kind === 'order')
        await transaction.run`
          INSERT INTO booking (order_id, owner, number)
          VALUES (${orderId}, ${owner}, (SELECT COALESCE(max(number), 0) + 1 FROM booking WHERE owner = ${owner}))
          ON CONFLICT (order_id) DO NOTHING`
      // An order is paid once, whoever finds out.
      const entry = kind === 'order' || kind === 'payment' ? `order ${orderId}` : `${kind} ${subject}`
      if (paid !== 0)
        await transaction.run`
          INSERT INTO account_entry (id, owner, amount, currency, created_at)
          VALUES (${entry}, ${owner}, ${-paid}, ${price.currency}, ${now}) ON CONFLICT (id) DO NOTHING`
    })
  }

  /** The source has refused the step. */
  async forget({ id }: Step): Promise<void> {
    await this.#database.run`DELETE FROM booking_step WHERE id = ${id} AND state <> 'done'`
  }

  /** It was not done in the time in which it should have been. It is looked for again, less and less often. */
  async abandon({ id, sentAt }: SentStep): Promise<void> {
    const now = this.#now()
    const next = now + Math.max(minute, now - sentAt)
    await this.#database.run`
      UPDATE booking_step SET state = 'abandoned', check_at = ${next} WHERE id = ${id} AND state <> 'done'`
  }

  /** Steps that must be looked for. */
  async due(): Promise<SentStep[]> {
    const now = this.#now()
    await this.#database.run`
      DELETE FROM booking_step
      WHERE check_at < ${now} AND (state = 'done' OR (state = 'abandoned' AND sent_at < ${now - lookedForDuring}))`
    const rows = await this.#database.all<Row>`
      SELECT * FROM booking_step WHERE check_at < ${now} AND state <> 'done' ORDER BY check_at LIMIT ${mostAtOnce}`
    return rows.map(toStep)
  }

  /** Looks again later for a step whose source does not answer. */
  async postpone({ id }: Step): Promise<void> {
    await this.#database.run`UPDATE booking_step SET check_at = ${this.#now() + minute} WHERE id = ${id}`
  }

  async removeAll(owner: string, transaction: Transaction): Promise<void> {
    await transaction.run`DELETE FROM booking WHERE owner = ${owner}`
    await transaction.run`DELETE FROM account_entry WHERE owner = ${owner}`
  }
}

/** The id of the step that a call leads to: the same for each try of it, and no other caller's. */
export const stepId = (owner: string, operation: string, key: string): string =>
  createHash('sha256')
    .update(JSON.stringify([owner, operation, key]))
    .digest('base64url')

const toStep = ({ order_id, amount, currency, sent_at, ...step }: Row): SentStep => ({
  ...step,
  ...(order_id !== null && { orderId: order_id }),
  price: { amount, currency },
  sentAt: sent_at,
})
