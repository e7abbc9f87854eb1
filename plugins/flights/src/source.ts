import type { Offer, OfferSearch } from './offer.ts'
import type { Cancellation, ChangeRequest, Money, Order, OrderChange, OrderRequest } from './order.ts'

/**
 * Where flights come from and where they are booked: another service, which commits by itself. Each method may throw a
 * SourceError. A method that changes something is sent once; if its outcome is unknown, the caller looks for it with the
 * method that reads, at the earliest `settleSeconds` after it was sent.
 */
export interface FlightSource {
  /** Tells people where the offers come from, and whether they are a sample. */
  readonly name: string
  /** How long after a lost answer the effect may still appear. */
  readonly settleSeconds: number

  /** All that fit, the cheapest first. */
  searchOffers(search: OfferSearch, signal?: AbortSignal): Promise<Offer[]>
  /** With its current price. */
  getOffer(id: string, signal?: AbortSignal): Promise<Offer>

  createOrder(request: OrderRequest): Promise<Order>
  /** The order that was made with this key, if there is one. */
  findOrder(made: Pick<OrderRequest, 'key' | 'offerId'>): Promise<Order | undefined>
  getOrder(id: string, signal?: AbortSignal): Promise<Order>
  /** Pays a held order from the operator's balance. Any other price than the current one is refused. */
  payOrder(orderId: string, price: Money): Promise<Order>

  /** Changes nothing, but makes earlier quotes of the order useless. */
  quoteCancellation(orderId: string): Promise<Cancellation>
  getCancellation(id: string, signal?: AbortSignal): Promise<Cancellation>
  confirmCancellation(id: string): Promise<Cancellation>

  /** Quotes for other flights, the cheapest first. Changes nothing. */
  quoteChange(request: ChangeRequest): Promise<OrderChange[]>
  getChange(id: string, signal?: AbortSignal): Promise<OrderChange>
  /** Pays or refunds the difference. Any other price than that of the quote is refused. */
  confirmChange(id: string, price: Money): Promise<OrderChange>

  ready?(): Promise<unknown>
  close?(): Promise<void>
}

export type SourceErrorCode =
  /** Only by the plugin: what is searched for. */
  | 'place_unknown'
  | 'place_unclear'
  | 'search_invalid'
  | 'offer_not_found'
  | 'offer_expired'
  | 'price_changed'
  | 'sold_out'
  | 'cannot_be_held'
  | 'passengers_invalid'
  | 'payment_declined'
  | 'insufficient_balance'
  | 'order_not_found'
  | 'order_expired'
  | 'already_paid'
  | 'already_cancelled'
  | 'not_cancellable'
  | 'not_changeable'
  | 'no_flights'
  | 'quote_not_found'
  | 'quote_expired'
  | 'quote_superseded'
  | 'already_confirmed'
  /** Only by the plugin: another call for the same order has not ended. */
  | 'order_busy'
  /** Only by the plugin: the answer was lost, and it turned out that nothing was done. */
  | 'not_done'
  /** The source did nothing, and may in a moment: it is not reachable, or too many calls were made. */
  | 'unavailable'
  /** The answer was lost: it may have been done. */
  | 'outcome_unknown'

/** Why the source did not do what it was asked for. Only after `outcome_unknown` it may have been done. */
export class SourceError extends Error {
  override readonly name = 'SourceError'
  readonly code: SourceErrorCode
  /** For `price_changed`: the current price. For `insufficient_balance`: what the account has, if that is known. */
  readonly price: Money | undefined
  /** In seconds. */
  readonly retryAfter: number

  constructor(
    code: SourceErrorCode,
    message: string,
    options: { price?: Money; retryAfter?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause })
    this.code = code
    this.price = options.price
    this.retryAfter = options.retryAfter ?? 30
  }
}
