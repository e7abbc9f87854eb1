import type { Traveller } from '../order.ts'
import { SourceError } from '../source.ts'

/** What goes wrong for travellers with these family names, so that everybody can see it. */
const cases: Readonly<Record<string, 'declined' | 'answer lost' | 'call lost'>> = {
  declined: 'declined',
  timeout: 'answer lost',
  lost: 'call lost',
}

export class TestCase {
  readonly #case

  constructor(travellers: readonly Pick<Traveller, 'familyName'>[]) {
    this.#case = travellers.map(({ familyName }) => cases[familyName.toLowerCase()]).find((one) => one !== undefined)
  }

  /** Called before anything is done. */
  before(): void {
    if (this.#case === 'call lost') throw lost()
  }

  /** Called where money is taken. */
  onPayment(): void {
    if (this.#case === 'declined') throw new SourceError('payment_declined', 'The payment was declined')
  }

  /** Called when everything is done. */
  after(): void {
    if (this.#case === 'answer lost') throw lost()
  }
}

const lost = () => new SourceError('outcome_unknown', 'The airline did not answer in time')
