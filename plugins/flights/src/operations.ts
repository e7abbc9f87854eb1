import { operation, pageOutput, readPage, text, userOperation } from '@reference-plugins/core'
import { z } from 'zod'
import { findPlaces } from './airports/find-places.ts'
import { Change, KnownOrder, PricedOffer, Refund, toChange, toKnownOrder, toPricedOffer, toRefund } from './answers.ts'
import type { Accounts } from './bookings/accounts.ts'
import type { Bookings } from './bookings/bookings.ts'
import { amount, cabins, currency } from './itinerary.ts'
import { formatMoney } from './money.ts'
import type { Order } from './order.ts'
import { answerFrom, sourceErrors, unreachable } from './problems.ts'
import { confirmCancelling, confirmChanging, confirmOrdering, confirmPaying } from './questions.ts'
import { findOffers } from './search.ts'
import type { FlightSource } from './source.ts'
import { email, passengers, phone, readRequest } from './travellers.ts'

export interface Parts {
  source: FlightSource
  bookings: Bookings
  accounts: Accounts
  now: () => number
  /** What happens to payments and cancellations of clients that cannot ask a person. */
  unasked: 'refuse' | 'amount'
}

const place = text(100).describe('IATA code, city or airport: OSL, London, Charles de Gaulle')
const date = (what: string) => z.iso.date('must be a date such as 2027-03-12').describe(`${what}, such as 2027-03-12`)
const id = (what: string, from: string) => text(60).describe(`The id of the ${what}, from ${from}`)
const offerId = id('offer', 'searchFlights')
const orderId = id('order', 'holdOffer, bookOffer or listOrders')
const agreed = {
  amount: amount
    .min(-1_000_000_000)
    .max(1_000_000_000)
    .describe(
      'The amount that the user has agreed to, in the minor unit: 18420 for 184.20 EUR. Another price is refused',
    ),
  currency: text(3)
    .regex(/^[A-Z]{3}$/, 'must be a code such as EUR')
    .describe('The currency of the amount, such as EUR'),
}
const order = { offerId, ...agreed, passengers, email, phone }

const searchErrors = { ...unreachable, 422: 'a place is not clear, or the dates do not fit' } as const
const orderErrors = { ...sourceErrors, 422: 'the passengers do not fit the offer' } as const
/** Whose call it is, and the key of it. */
const keyed = ({ caller, key }: { caller: { id: string }; key: string }) => ({ owner: caller.id, key })
const takesBack = { quote: 'quoteCancellation', by: 'confirmCancellation' }

export const createOperations = ({ source, bookings, accounts, now, unasked }: Parts) => {
  const toOrder = (order: Order) => toKnownOrder(order, now())
  /** Where money moves: without a person only if the operator says so, and for the amount in the input. */
  const asksAlways = unasked === 'refuse' ? ('refuse' as const) : (['amount', 'currency'] as const)

  return {
    searchPlaces: operation('GET /places', {
      summary: 'Find airports and cities by name or code, also in other languages or with a small mistake',
      openWorld: false,
      input: z.object({
        query: text(100).describe('Name or code, such as Zurich, LHR or New York'),
        limit: z.int().min(1).max(20).default(10).describe('The most places to return'),
      }),
      output: z.object({
        places: z.array(
          z
            .object({
              type: z.enum(['airport', 'city']),
              code: z.string().describe('IATA code'),
              name: z.string(),
              city: z.string(),
              country: z.string().describe('ISO 3166-1'),
              timeZone: z.string(),
              airports: z.array(z.string()).readonly().optional().describe('The airports of a city'),
            })
            .meta({ id: 'Place' }),
        ),
      }),
      handler: ({ query, limit }) => ({ places: findPlaces(query, limit) }),
    }),

    searchFlights: operation('GET /flights', {
      summary:
        'Find flights from one place to another on a date, one way or return. Returns a few offers with their prices',
      view: 'trip',
      openWorld: false,
      input: z.object({
        origin: place,
        destination: place,
        departureDate: date('The day of departure'),
        returnDate: date('Only for a return flight: the day of the flight back').optional(),
        cabin: z.enum(cabins).default('economy').describe('economy, premium_economy, business or first'),
        adults: z.int().min(1).max(9).default(1).describe('How many travellers are 12 or older'),
        childAges: z.array(z.int().min(0).max(17)).max(8).default([]).describe('The age of each child at departure'),
        maxConnections: z.int().min(0).max(2).default(1).describe('How often to change at most; 0 is direct'),
        sort: z.enum(['price', 'duration']).default('price').describe('price or duration: what comes first'),
        holdable: z
          .boolean()
          .default(false)
          .describe('Whether only offers are returned that can be held with holdOffer'),
        limit: z.int().min(1).max(20).default(5).describe('The most offers to return'),
        offset: z.int().min(0).max(500).default(0).describe('How many offers to pass over: 0, or nextOffset'),
      }),
      output: z.object({
        offers: z.array(PricedOffer),
        source: z.string().describe('Where the offers come from. Tell the user if they are a sample'),
        ...pageOutput,
      }),
      errors: searchErrors,
      async handler({ limit, offset, ...query }, context) {
        const found = await answerFrom(context, () => findOffers(source, query, context.signal))
        const { items, nextOffset } = await readPage({ limit, offset }, async (from, count) =>
          found.slice(from, from + count).map(toPricedOffer),
        )
        return { offers: items, source: source.name, nextOffset }
      },
    }),

    getOffer: operation('GET /offers/{offerId}', {
      summary: 'Get an offer with its price now, until it expires. Use it before the user decides',
      view: 'trip',
      openWorld: false,
      input: z.object({ offerId }),
      output: PricedOffer,
      errors: sourceErrors,
      handler: ({ offerId }, context) =>
        answerFrom(context, async () => toPricedOffer(await source.getOffer(offerId, context.signal))),
    }),

    holdOffer: userOperation('POST /holds', {
      summary: 'Hold an offer free of charge until it is paid with payOrder or expires',
      view: 'trip',
      openWorld: false,
      destructive: false,
      idempotent: false,
      scope: 'flights:book',
      input: z.object(order),
      output: KnownOrder,
      errors: orderErrors,
      once: 'resume',
      quote: 'getOffer',
      confirm: (input, context) => confirmOrdering('hold', input, context, source),
      // It costs nothing and ends by itself, so the agreed price is enough.
      unasked: ['amount', 'currency'],
      undo: takesBack,
      handler: (input, context) =>
        answerFrom(context, async () => toOrder(await bookings.order(keyed(context), readRequest(input), false))),
    }),

    bookOffer: userOperation('POST /orders', {
      summary: 'Book an offer and pay for it at once from the balance of the account. For offers that cannot be held',
      view: 'trip',
      openWorld: false,
      destructive: false,
      idempotent: false,
      scope: 'flights:book',
      input: z.object(order),
      output: KnownOrder,
      errors: orderErrors,
      once: 'resume',
      quote: 'getOffer',
      confirm: (input, context) => confirmOrdering('book', input, context, source),
      unasked: asksAlways,
      undo: takesBack,
      handler: (input, context) =>
        answerFrom(context, async () => toOrder(await bookings.order(keyed(context), readRequest(input), true))),
    }),

    payOrder: userOperation('POST /orders/{orderId}/payment', {
      summary: 'Pay for a held order from the balance of the account. Tickets are issued at once',
      view: 'trip',
      openWorld: false,
      destructive: false,
      idempotent: false,
      scope: 'flights:book',
      input: z.object({ orderId, ...agreed }),
      output: KnownOrder,
      errors: sourceErrors,
      once: 'resume',
      quote: 'getOrder',
      confirm: ({ orderId, ...price }, context) =>
        answerFrom(context, async () => confirmPaying(await bookings.get(context.caller.id, orderId), price)),
      unasked: asksAlways,
      undo: takesBack,
      handler: ({ orderId, amount, currency }, context) =>
        answerFrom(context, async () => toOrder(await bookings.pay(keyed(context), orderId, { amount, currency }))),
    }),

    getOrder: userOperation('GET /orders/{orderId}', {
      summary: 'Get an order with its state, flights, passengers and tickets',
      view: 'trip',
      openWorld: false,
      scope: 'flights:book',
      input: z.object({ orderId }),
      output: KnownOrder,
      errors: sourceErrors,
      handler: ({ orderId }, context) =>
        answerFrom(context, async () => toOrder(await bookings.get(context.caller.id, orderId))),
    }),

    listOrders: userOperation('GET /orders', {
      summary: 'List what the user has booked or held, the newest first',
      view: 'trip',
      openWorld: false,
      scope: 'flights:book',
      input: z.object({
        limit: z.int().min(1).max(10).default(5).describe('The most orders to return'),
        offset: z.int().min(0).max(10_000).default(0).describe('How many orders to pass over: 0, or nextOffset'),
      }),
      output: z.object({ orders: z.array(KnownOrder), ...pageOutput }),
      errors: unreachable,
      async handler(page, context) {
        const { items, nextOffset } = await answerFrom(context, () =>
          readPage(page, async (...place) => (await bookings.list(context.caller.id, ...place)).map(toOrder)),
        )
        return { orders: items, nextOffset }
      },
    }),

    quoteCancellation: userOperation('POST /cancellations', {
      summary: 'Say what the user gets back if an order is cancelled. Cancels nothing',
      openWorld: false,
      destructive: false,
      idempotent: false,
      consequential: false,
      scope: 'flights:book',
      input: z.object({ orderId }),
      output: Refund,
      errors: sourceErrors,
      handler: ({ orderId }, context) =>
        answerFrom(context, async () => toRefund(await bookings.quoteCancellation(context.caller.id, orderId))),
    }),

    confirmCancellation: userOperation('POST /cancellations/{cancellationId}/confirmation', {
      summary: 'Cancel an order, as quoteCancellation said. It cannot be taken back',
      openWorld: false,
      destructive: true,
      idempotent: false,
      scope: 'flights:cancel',
      input: z.object({
        cancellationId: id('quote', 'quoteCancellation'),
        amount: agreed.amount.min(0).describe('The refundAmount that the user has agreed to'),
        currency: agreed.currency,
      }),
      output: Refund,
      errors: sourceErrors,
      once: 'resume',
      quote: 'quoteCancellation',
      confirm: ({ cancellationId, ...refund }, context) =>
        answerFrom(context, async () => {
          const quote = await bookings.getCancellation(context.caller.id, cancellationId)
          return confirmCancelling(quote, await bookings.get(context.caller.id, quote.orderId), refund, now())
        }),
      unasked: asksAlways,
      handler: ({ cancellationId, amount, currency }, context) =>
        answerFrom(context, async () =>
          toRefund(await bookings.confirmCancellation(keyed(context), cancellationId, { amount, currency })),
        ),
    }),

    quoteChange: userOperation('POST /changes', {
      summary:
        'Say what it costs to move one direction of a paid order to another day, with the flights. Changes nothing',
      openWorld: false,
      destructive: false,
      idempotent: false,
      consequential: false,
      scope: 'flights:book',
      input: z.object({
        orderId,
        sliceId: text(60).describe('The id of the slice to replace, from getOrder'),
        departureDate: date('The new day of departure'),
      }),
      output: z.object({ changes: z.array(Change) }),
      errors: sourceErrors,
      handler: (request, context) =>
        answerFrom(context, async () => ({
          changes: (await bookings.quoteChange(context.caller.id, request)).map(toChange),
        })),
    }),

    confirmChange: userOperation('POST /changes/{changeId}/confirmation', {
      summary:
        'Change an order, as one of the quotes of quoteChange said. The price is paid from the balance of the account',
      openWorld: false,
      destructive: true,
      idempotent: false,
      scope: 'flights:cancel',
      input: z.object({ changeId: id('quote', 'quoteChange'), ...agreed }),
      output: Change,
      errors: sourceErrors,
      once: 'resume',
      quote: 'quoteChange',
      confirm: ({ changeId, ...price }, context) =>
        answerFrom(context, async () => {
          const change = await bookings.getChange(context.caller.id, changeId)
          return confirmChanging(change, await bookings.get(context.caller.id, change.orderId), price, now())
        }),
      unasked: asksAlways,
      handler: ({ changeId, amount, currency }, context) =>
        answerFrom(context, async () =>
          toChange(await bookings.confirmChange(keyed(context), changeId, { amount, currency })),
        ),
    }),

    getAccount: userOperation('GET /account', {
      summary: 'Get the balance that orders are paid from',
      openWorld: false,
      scope: 'flights:book',
      input: z.object({}),
      output: z.object({ balanceAmount: amount, balanceCurrency: currency, balance: z.string() }),
      async handler(_, { caller }) {
        const { amount, currency } = await accounts.balance(caller.id)
        return { balanceAmount: amount, balanceCurrency: currency, balance: formatMoney({ amount, currency }) }
      },
    }),
  }
}
