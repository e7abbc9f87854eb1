import { type Context, operation, pageInput, pageOutput, readPage } from '@reference-plugins/core'
import { z } from 'zod'
import { refusalOf } from './checkout/completion.ts'
import { soldOn } from './checkout/stock.ts'
import { confirmCancellation, confirmOrder } from './confirmations.ts'
import { checkoutId, customerId, items, menuFilter, orderId, storeFilter, storeId, wishes } from './inputs.ts'
import { BriefOrder, Checkout, PlacedOrder, toBriefOrder, toCheckout, toPlacedOrder } from './outputs.ts'
import { NoAnswer, payments } from './payments/payment-service.ts'
import type { Shop } from './shop.ts'
import { ShopError } from './shop-error.ts'
import { localTime } from './stores/hours.ts'
import { Menu, menuOf } from './stores/menu.ts'
import { StoreCard, toCard } from './stores/store-card.ts'

const missing = { 404: 'it does not exist' } as const
const known = { ...missing, 422: 'the input names something unknown, such as an item' } as const
const changeable = { ...known, 409: 'it is ordered, canceled or expired' } as const
const cancelable = { ...missing, 409: 'it is ordered already, or its payment is being confirmed' } as const
const payable = {
  ...missing,
  409: 'it is not ready, has changed, was declined, or is ordered already',
  503: 'the payment service does not answer',
} as const
const returnable = { ...payable, 409: 'the kitchen has started, or it is canceled already' } as const

export const createOperations = ({ database, stores, checkouts, completion, orders, now }: Shop) => ({
  listStores: operation('GET /stores', {
    summary: 'Find stores by city or postal code, with their hours and where they deliver to',
    openWorld: false,
    input: z.object(storeFilter),
    output: z.object({ stores: z.array(StoreCard), cities: z.array(z.string()).describe('All cities with stores') }),
    handler({ area, open_at }) {
      const time = open_at === undefined ? now() : Date.parse(open_at)
      const cards = stores.near(area).map((store) => toCard(store, time))
      return { stores: cards.filter(({ is_open }) => open_at === undefined || is_open), cities: stores.cities }
    },
  }),

  getMenu: operation('GET /stores/{store}/menu', {
    summary: 'Read the menu of a store: items with options, prices, diets and allergens',
    description:
      'Read the menu of a store. Prices are integers in the minor unit of the currency. Filters leave out items and ' +
      'options that do not fit.',
    openWorld: false,
    input: z.object({ store: storeId, ...menuFilter }),
    output: Menu,
    errors: missing,
    handler: ({ store: id, ...filter }, context) =>
      answer(context, async () => {
        const store = stores.get(id)
        const today = localTime(now(), store.timezone).date
        return menuOf(store, filter, await soldOn(database, store, today))
      }),
  }),

  createCheckout: operation('POST /checkouts', {
    summary: 'Start a checkout: put items into a cart. Nothing is ordered yet',
    description: 'Start a checkout. Nothing is ordered yet. Its messages say what is missing, sold out or refused.',
    view: 'cart',
    openWorld: false,
    destructive: false,
    idempotent: false,
    consequential: false,
    once: 'transaction',
    input: z.object({ store: storeId, items, ...wishes, customer_id: customerId.optional() }),
    output: Checkout,
    errors: known,
    handler: ({ store, customer_id, ...change }, context) =>
      answer(context, async () => toCheckout(await checkouts.create(context.transaction, store, change, customer_id))),
  }),

  updateCheckout: operation('PUT /checkouts/{id}', {
    summary: 'Change items, guest, window or tip of a checkout; whatever you leave out does not change',
    view: 'cart',
    openWorld: false,
    destructive: true,
    consequential: false,
    input: z.object({ id: checkoutId, items: items.optional(), ...wishes }),
    output: Checkout,
    errors: changeable,
    handler: ({ id, ...change }, context) =>
      answer(context, async () =>
        toCheckout(await database.transaction((transaction) => checkouts.update(transaction, id, change))),
      ),
  }),

  getCheckout: operation('GET /checkouts/{id}', {
    summary: 'Read a checkout: status, totals, windows and messages. Stock and windows change by themselves',
    view: 'cart',
    openWorld: false,
    input: z.object({ id: checkoutId }),
    output: Checkout,
    errors: missing,
    handler: ({ id }, context) => answer(context, async () => toCheckout(await checkouts.read(database, id))),
  }),

  completeCheckout: operation('POST /checkouts/{id}/complete', {
    summary: 'Order and pay what is in a checkout, after the user has agreed to items, window and total',
    view: 'cart',
    openWorld: false,
    destructive: false,
    idempotent: false,
    once: 'resume',
    input: z.object({
      id: checkoutId,
      version: z.int().min(1).describe('The version of the checkout that the user has agreed to'),
      total: z.int().min(0).describe('The total that the user has agreed to, in the minor unit of the currency'),
      payment: z
        .enum(payments)
        .describe('How the guest pays: at_the_door, saved_wallet or saved_card. Never ask for a card number'),
    }),
    confirm: ({ id, ...agreement }, context) =>
      answer(context, async () => {
        const session = await checkouts.read(context.reading, id)
        completion.check(session, agreement)
        return confirmOrder(session, stores.get(session.metadata.store), agreement.payment)
      }),
    unasked: ['total', 'version'],
    quote: 'getCheckout',
    undo: { quote: 'getOrder', by: 'cancelOrder' },
    output: Checkout,
    errors: payable,
    handler: ({ id, ...agreement }, context) =>
      answer(context, async () => {
        const session = await completion.complete(id, agreement, context.key)
        if (session.status !== 'completed') throw new ShopError('conflict', refusalOf(session.messages))
        return toCheckout(session)
      }),
  }),

  cancelCheckout: operation('POST /checkouts/{id}/cancel', {
    summary: 'Give up a checkout that is not ordered yet',
    view: 'cart',
    openWorld: false,
    destructive: true,
    idempotent: true,
    once: 'transaction',
    input: z.object({ id: checkoutId }),
    output: Checkout,
    errors: cancelable,
    handler: ({ id }, context) =>
      answer(context, async () => toCheckout(await checkouts.cancel(context.transaction, id))),
  }),

  getOrder: operation('GET /orders/{id}', {
    summary: 'Follow an order: how far it is, when it comes, and whether it can still be canceled',
    view: 'cart',
    openWorld: false,
    input: z.object({ id: orderId }),
    output: PlacedOrder,
    errors: missing,
    handler: ({ id }, context) =>
      answer(context, async () => {
        const order = await orders.read(database, id)
        return toPlacedOrder(orders.show(order), order, now())
      }),
  }),

  listOrders: operation('GET /orders', {
    summary: 'List the orders of one guest, the newest first',
    openWorld: false,
    input: z.object({ customer_id: customerId, ...pageInput }),
    output: z.object({ orders: z.array(BriefOrder), ...pageOutput }),
    async handler({ customer_id, ...page }) {
      const { items, nextOffset } = await readPage(page, (...place) => orders.list(customer_id, ...place))
      return { orders: items.map((order) => toBriefOrder(orders.show(order), order)), nextOffset }
    },
  }),

  cancelOrder: operation('POST /orders/{id}/cancel', {
    summary: 'Cancel an order and get the money back, until the kitchen starts: getOrder says when that is',
    view: 'cart',
    openWorld: false,
    destructive: true,
    idempotent: false,
    once: 'resume',
    input: z.object({
      id: orderId,
      refund: z
        .int()
        .min(0)
        .optional()
        .describe('What the user expects back: cancellation.refund of getOrder, in the minor unit of the currency'),
    }),
    confirm: ({ id }, context) =>
      answer(context, async () => {
        const order = await orders.read(context.reading, id)
        orders.checkCancelable(order)
        return confirmCancellation(order)
      }),
    unasked: ['refund'],
    quote: 'getOrder',
    output: PlacedOrder,
    errors: returnable,
    handler: ({ id }, context) =>
      answer(context, async () => {
        const order = await orders.cancel(id, context.key)
        return toPlacedOrder(orders.show(order), order, now())
      }),
  }),
})

const statusOf = { missing: 404, invalid: 422, conflict: 409 } as const

type Fail = Context<404 | 409 | 422 | 503>['fail']

/** Passes on why the shop refuses something. */
async function answer<Result>(context: { fail: unknown }, work: () => Promise<Result>): Promise<Result> {
  const fail = context.fail as Fail
  try {
    return await work()
  } catch (error) {
    if (error instanceof ShopError) throw fail(statusOf[error.kind], error.message)
    if (error instanceof NoAnswer)
      throw fail(503, 'The payment service does not answer. It is tried again: read it again in a few seconds', {
        headers: { 'retry-after': '5' },
      })
    throw error
  }
}
