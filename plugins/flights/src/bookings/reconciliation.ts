import { type FlightSource, SourceError } from '../source.ts'
import { refundOf } from './refund.ts'
import type { SentStep, Step, Steps } from './steps.ts'

/** What a step has led to at the source. */
export interface Done {
  orderId: string
  /** From the account of the user, in the minor unit. Negative if it was paid back. */
  paid: number
}

const often = 10_000
const longestCall = 60_000

/**
 * Sends each step once. Where its answer is lost, in the network or with the process, it looks at the source for what
 * became of it, and never sends it again.
 */
export class Reconciliation {
  readonly #steps: Steps
  readonly #source: FlightSource
  readonly #now: () => number
  #timer: NodeJS.Timeout | undefined

  constructor(steps: Steps, source: FlightSource, now: () => number) {
    this.#steps = steps
    this.#source = source
    this.#now = now
  }

  /** @throws SourceError `outcome_unknown` while it may still be done, `not_done` when it was not */
  async perform(step: Step, send: () => Promise<Done>): Promise<Done> {
    const { isNew, sent } = await this.#steps.begin(step)
    if (isNew) {
      try {
        const done = await send()
        await this.#steps.end(step, done.orderId, done.paid)
        return done
      } catch (error) {
        // Whatever is not the word of the source leaves open what became of the step: the next try looks.
        if (!(error instanceof SourceError)) throw error
        if (error.code !== 'outcome_unknown') {
          await this.#steps.forget(step)
          throw error
        }
      }
    }
    const done = await this.#lookFor(sent)
    if (done) return done
    const wait = Math.ceil(sent.sentAt / 1000 + this.#source.settleSeconds - this.#now() / 1000)
    if (wait > 0)
      throw new SourceError('outcome_unknown', 'The airline has not answered', { retryAfter: Math.min(wait, 30) })
    await this.#steps.abandon(sent)
    throw new SourceError('not_done', 'The airline did not answer, and did not do it')
  }

  start(): void {
    this.#timer = setInterval(() => this.sweep().catch(() => {}), often).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** Looks for each step that nobody has asked for. */
  async sweep(): Promise<void> {
    for (const step of await this.#steps.due()) {
      const found = await this.#lookFor(step).catch(() => 'unreachable' as const)
      if (found === 'unreachable') await this.#steps.postpone(step)
      else if (!found) await (this.#isSettled(step) ? this.#steps.abandon(step) : this.#steps.postpone(step))
    }
  }

  /** A process that still waits for an answer must not find its step abandoned. */
  #isSettled({ sentAt }: SentStep): boolean {
    return this.#now() > sentAt + this.#source.settleSeconds * 1000 + longestCall
  }

  async #lookFor(step: SentStep): Promise<Done | undefined> {
    const done = await this.#find(step)
    if (done) await this.#steps.end(step, done.orderId, done.paid)
    return done
  }

  async #find({ kind, id, subject, price }: SentStep): Promise<Done | undefined> {
    switch (kind) {
      case 'order': {
        const order = await this.#source.findOrder({ key: id, offerId: subject })
        return order && { orderId: order.id, paid: price.amount }
      }
      case 'payment': {
        const { id: orderId, paymentStatus } = await this.#source.getOrder(subject)
        return paymentStatus.paidAt === undefined ? undefined : { orderId, paid: price.amount }
      }
      case 'cancellation': {
        const cancellation = await this.#source.getCancellation(subject)
        return cancellation.confirmedAt === undefined
          ? undefined
          : { orderId: cancellation.orderId, paid: -refundOf(cancellation) }
      }
      case 'change': {
        const change = await this.#source.getChange(subject)
        return change.confirmedAt === undefined
          ? undefined
          : { orderId: change.orderId, paid: change.changeTotalAmount }
      }
    }
  }
}
