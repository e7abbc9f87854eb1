import type { Context } from '@reference-plugins/core'
import { SourceError, type SourceErrorCode } from './source.ts'

type Status = 404 | 409 | 422 | 503 | 504

/** The status of each refusal, and what to do next. */
const answers: Record<SourceErrorCode, readonly [Status, string]> = {
  place_unknown: [422, 'find it with searchPlaces'],
  place_unclear: [422, 'ask the user, and call again with the code'],
  search_invalid: [422, 'ask the user, and search again'],
  offer_not_found: [404, 'search again with searchFlights'],
  offer_expired: [409, 'search again with searchFlights'],
  price_changed: [409, 'tell the user the new price, and call again with it if they agree'],
  sold_out: [409, 'search again with searchFlights'],
  cannot_be_held: [409, 'book it with bookOffer, or choose an offer that can be held'],
  passengers_invalid: [422, 'ask the user, and call again with the right passengers, or search for those who travel'],
  payment_declined: [409, 'nothing was paid; tell the user'],
  insufficient_balance: [409, 'nothing was paid; see getAccount, and choose a cheaper offer or pay in first'],
  order_not_found: [404, 'find the order with listOrders'],
  order_expired: [409, 'it no longer exists: search again with searchFlights'],
  already_paid: [409, 'nothing was done; see getOrder'],
  already_cancelled: [409, 'nothing was done; see getOrder'],
  not_cancellable: [409, 'nothing was done; tell the user'],
  not_changeable: [409, 'nothing was done; it may be possible to cancel it: quoteCancellation'],
  no_flights: [409, 'try another date'],
  quote_not_found: [404, 'get a quote first, with quoteCancellation or quoteChange'],
  quote_expired: [409, 'nothing was done; get a new quote'],
  quote_superseded: [409, 'nothing was done; use the newest quote, or get a new one'],
  already_confirmed: [409, 'nothing more was done; see getOrder'],
  order_busy: [409, 'repeat the call in a few seconds'],
  not_done: [409, 'nothing was paid; call again with a new idempotency key if the user still wants it'],
  unavailable: [503, 'nothing was done; repeat the call'],
  outcome_unknown: [504, 'it may have been done: repeat the call with the same idempotency key, or see listOrders'],
}

export const unreachable = {
  503: 'the airlines cannot be reached, and nothing was done',
  504: 'the airline did not answer, and it may have been done',
} as const

/** The statuses of operations that ask the source for something by its id. */
export const sourceErrors = {
  404: 'the user has no such offer, order or quote',
  409: 'it can no longer be done so: it expired, sold out, or has another price or state now',
  ...unreachable,
} as const

/** Runs `work`, and turns what the source refuses into a problem that says what to do next. */
export async function answerFrom<Result>(
  { fail, log }: Pick<Context<never>, 'fail' | 'log'>,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    const { code, message, price, retryAfter } = error
    const [status, advice] = answers[code]
    if (status >= 500) log.warn({ err: error.cause ?? error }, message)
    const now = price ? `, amount ${price.amount}` : ''
    throw fail(status as never, `${message}${now} (${code}): ${advice}`, {
      ...(status >= 500 && { headers: { 'retry-after': String(retryAfter) } }),
      cause: error,
    })
  }
}
