import type { Cancellation } from '../order.ts'
import { type FlightSource, SourceError } from '../source.ts'
import type { DuffelClient } from './client.ts'
import { SentCancellation } from './messages.ts'
import { toCancellation } from './to-booking.ts'
import { understand } from './understand.ts'

type Cancellations = Pick<FlightSource, 'quoteCancellation' | 'getCancellation' | 'confirmCancellation'>

const data = SentCancellation
const pathOf = (id: string) => `/air/order_cancellations/${encodeURIComponent(id)}`

export const createCancellations = (client: DuffelClient): Cancellations => ({
  async quoteCancellation(orderId) {
    const attempt = { subject: 'order', isAction: false, body: { order_id: orderId }, data } as const
    const answer = await client.call('POST', '/air/order_cancellations', { ...attempt, timeout: 'action' })
    return understand(() => toCancellation(answer.data))
  },

  getCancellation: (id, signal) => readCancellation(client, id, signal),

  async confirmCancellation(id) {
    const quote = await readCancellation(client, id)
    if (quote.confirmedAt !== undefined) throw new SourceError('already_confirmed', 'This order is already cancelled')
    // Duffel has one error for a quote that has expired and for one that is not the newest.
    if (Date.parse(quote.expiresAt) <= Date.now()) throw new SourceError('quote_expired', 'This quote has expired')
    const attempt = { subject: 'quote', isAction: true, data, timeout: 'action' } as const
    const answer = await client.call('POST', `${pathOf(id)}/actions/confirm`, attempt)
    if (answer.data.confirmed_at === undefined)
      throw new SourceError('outcome_unknown', 'The airline has not confirmed the cancellation yet')
    return understand(() => toCancellation(answer.data), true)
  },
})

async function readCancellation(client: DuffelClient, id: string, signal?: AbortSignal): Promise<Cancellation> {
  const answer = await client.call('GET', pathOf(id), { subject: 'quote', isAction: false, data, signal })
  return understand(() => toCancellation(answer.data))
}
