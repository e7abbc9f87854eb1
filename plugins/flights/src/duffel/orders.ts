import { z } from 'zod'
import type { Money, Order } from '../order.ts'
import { type FlightSource, SourceError } from '../source.ts'
import type { DuffelClient } from './client.ts'
import { SentOrder, SentPayment } from './messages.ts'
import { fetchOffer } from './offers.ts'
import { toPassengers } from './passengers.ts'
import { checkPrice, toPayment, withPrice } from './price.ts'
import { toOffer, toOrder } from './to-booking.ts'
import { readResult, understand } from './understand.ts'

const about = { subject: 'order', isAction: false } as const
const pageSize = 100
const mostPages = 20

/** The key is kept in the metadata of the order. */
const WithKey = z.object({ metadata: z.object({ key: z.string() }) })

type Orders = Pick<FlightSource, 'createOrder' | 'findOrder' | 'getOrder' | 'payOrder'>

export const createOrders = (client: DuffelClient): Orders => ({
  async createOrder({ key, offerId, travellers, price, isPaid }) {
    const offer = await fetchOffer(client, offerId)
    checkPrice(
      understand(() => priceOf(toOffer(offer))),
      price,
    )
    if (!isPaid && offer.payment_requirements.requires_instant_payment)
      throw new SourceError('cannot_be_held', 'The airline asks for payment at once')
    const body = {
      type: isPaid ? 'instant' : 'hold',
      selected_offers: [offerId],
      passengers: toPassengers(offer, travellers),
      metadata: { key },
      ...(isPaid && { payments: [toPayment(price)] }),
    }
    const attempt = { subject: 'offer', isAction: true, body, data: SentOrder, timeout: 'action' } as const
    try {
      // 200 and 202 mean that the airline has not told everything yet: without a whole order the outcome is unknown.
      const { data } = await client.call('POST', '/air/orders', attempt)
      return understand(() => toOrder(data), true)
    } catch (error) {
      throw await withPrice(error, async () => priceOf(toOffer(await fetchOffer(client, offerId))))
    }
  },

  async findOrder({ key, offerId }) {
    let after: string | undefined
    for (let page = 0; page < mostPages; page++) {
      const query = { offer_id: offerId, limit: pageSize, after }
      const answer = await client.call('GET', '/air/orders', { ...about, query, data: z.array(z.unknown()) })
      const found = answer.data.find((sent) => WithKey.safeParse(sent).data?.metadata.key === key)
      if (found !== undefined) return readOrder(checkOrder(found))
      after = answer.after
      if (after === undefined) return undefined
    }
    throw new SourceError('unavailable', 'Duffel has too many orders to look through')
  },

  getOrder: async (id, signal) => readOrder(await fetchOrder(client, id, signal)),

  async payOrder(orderId, price) {
    const readPrice = async () => priceOf(readOrder(await fetchOrder(client, orderId)))
    const before = readOrder(await fetchOrder(client, orderId))
    if (before.cancelledAt !== undefined) throw new SourceError('already_cancelled', 'This order is cancelled')
    if (before.paymentStatus.paidAt !== undefined) throw new SourceError('already_paid', 'This order is already paid')
    checkPrice(priceOf(before), price)
    const body = { order_id: orderId, payment: toPayment(price) }
    const attempt = { subject: 'order', isAction: true, body, data: SentPayment, timeout: 'action' } as const
    const { data } = await client.call('POST', '/air/payments', attempt).catch(async (error: unknown) => {
      throw await withPrice(error, readPrice)
    })
    if (data.status === 'failed' || data.status === 'cancelled') {
      const code = data.failure_reason === 'insufficient_balance' ? 'insufficient_balance' : 'payment_declined'
      throw new SourceError(code, 'The payment failed')
    }
    const order = await readResult(async () => readOrder(await fetchOrder(client, orderId)))
    if (order.paymentStatus.paidAt === undefined)
      throw new SourceError('outcome_unknown', 'The payment was sent, but the order is not paid yet')
    return order
  },
})

const priceOf = ({ totalAmount, totalCurrency }: { totalAmount: number; totalCurrency: string }): Money => ({
  amount: totalAmount,
  currency: totalCurrency,
})

const readOrder = (sent: SentOrder): Order => understand(() => toOrder(sent))

/** @throws SourceError unavailable */
function checkOrder(sent: unknown): SentOrder {
  const { data } = SentOrder.safeParse(sent)
  if (!data) throw new SourceError('unavailable', 'Duffel sent an order that this plugin does not understand')
  return data
}

/** @throws SourceError order_not_found or unavailable */
export async function fetchOrder(client: DuffelClient, id: string, signal?: AbortSignal): Promise<SentOrder> {
  const path = `/air/orders/${encodeURIComponent(id)}`
  return (await client.call('GET', path, { ...about, data: SentOrder, signal })).data
}
