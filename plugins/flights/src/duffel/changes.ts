import type { Money, OrderChange } from '../order.ts'
import { type FlightSource, SourceError } from '../source.ts'
import type { DuffelClient } from './client.ts'
import { SentChange, SentChangeRequest } from './messages.ts'
import { fetchOrder } from './orders.ts'
import { checkPrice, toPayment } from './price.ts'
import { toOrderChange } from './to-booking.ts'
import { readResult, understand } from './understand.ts'

type Changes = Pick<FlightSource, 'quoteChange' | 'getChange' | 'confirmChange'>

/** Each quote is a call, so only the cheapest are quoted. */
const mostQuotes = 5

const pathOf = (id: string) => `/air/order_changes/${encodeURIComponent(id)}`

export const createChanges = (client: DuffelClient): Changes => ({
  async quoteChange({ orderId, sliceId, origin, destination, departureDate }) {
    const order = await fetchOrder(client, orderId)
    const replaced = order.slices.find(({ id }) => id === sliceId)
    if (!replaced) throw new SourceError('not_changeable', 'This order has no such slice')
    const add = {
      origin: origin ?? replaced.origin.iata_code,
      destination: destination ?? replaced.destination.iata_code,
      departure_date: departureDate,
      cabin_class: replaced.segments[0]?.passengers[0]?.cabin_class ?? 'economy',
    }
    const { data: request } = await client.call('POST', '/air/order_change_requests', {
      subject: 'order',
      isAction: false,
      body: { order_id: orderId, slices: { remove: [{ slice_id: sliceId }], add: [add] } },
      data: SentChangeRequest,
      timeout: 'action',
    })
    const cheapest = request.order_change_offers
      .toSorted((a, b) => Number(a.change_total_amount ?? 0) - Number(b.change_total_amount ?? 0))
      .slice(0, mostQuotes)
    if (cheapest.length === 0) throw new SourceError('no_flights', 'The airline has no flights to change to')
    // A pending change can be read by its id, also after it is confirmed; an offer of one cannot.
    const changes = await Promise.all(
      cheapest.map(async ({ id }) => {
        const body = { selected_order_change_offer: id }
        const attempt = { subject: 'quote', isAction: false, body, data: SentChange, timeout: 'action' } as const
        return (await client.call('POST', '/air/order_changes', attempt)).data
      }),
    )
    return understand(() => changes.map((change) => toOrderChange(change, order))).sort(
      (a, b) => a.changeTotalAmount - b.changeTotalAmount,
    )
  },

  getChange: (id, signal) => readChange(client, id, signal),

  async confirmChange(id, price) {
    const quote = await readChange(client, id)
    if (quote.confirmedAt !== undefined) throw new SourceError('already_confirmed', 'This change is already made')
    if (Date.parse(quote.expiresAt) <= Date.now()) throw new SourceError('quote_expired', 'This quote has expired')
    const current: Money = { amount: quote.changeTotalAmount, currency: quote.changeTotalCurrency }
    checkPrice(current, price)
    const body = current.amount > 0 ? { payment: toPayment(current) } : {}
    const attempt = { subject: 'quote', isAction: true, body, data: SentChange, timeout: 'action' } as const
    const { data } = await client.call('POST', `${pathOf(id)}/actions/confirm`, attempt)
    if (data.confirmed_at === undefined)
      throw new SourceError('outcome_unknown', 'The airline has not confirmed the change yet')
    return readResult(() => readChange(client, id))
  },
})

async function readChange(client: DuffelClient, id: string, signal?: AbortSignal): Promise<OrderChange> {
  const attempt = { subject: 'quote', isAction: false, data: SentChange, signal } as const
  const { data } = await client.call('GET', pathOf(id), attempt)
  const order = await fetchOrder(client, data.order_id, signal)
  return understand(() => toOrderChange(data, order))
}
