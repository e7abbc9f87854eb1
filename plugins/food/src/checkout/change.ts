import { ShopError } from '../shop-error.ts'
import { minute } from '../stores/hours.ts'
import type { Store } from '../stores/store.ts'
import { mergeLines, readCart } from './cart.ts'
import type { Checkout, Wishes } from './checkout.ts'
import { canServe, nextWindows, readWindow, windowOf } from './fulfillment.ts'

/** What a guest says about a checkout. What is undefined does not change. */
export interface Change extends Omit<Wishes, 'window'> {
  /** All items of the cart, each such as `2 x margherita + large`. */
  items?: readonly string[] | undefined
  /** The id of a fulfillment option, or a time with offset. */
  window?: string | undefined
}

/** How long a checkout waits for its guest. UCP's usual time. */
const lifetime = 6 * 60 * minute

/** The checkout after a change. @throws ShopError if the change names something unknown */
export function applyChange(
  store: Store,
  checkout: Checkout,
  { items, window, ...said }: Change,
  now: number,
): Checkout {
  const lines = items ? mergeLines(readCart(store, items, now), checkout.lines) : checkout.lines
  const wishes: Wishes = {
    ...checkout.wishes,
    ...Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)),
  }
  return {
    ...checkout,
    version: checkout.version + 1,
    lines,
    wishes: { ...wishes, window: chooseWindow(store, checkout.wishes, wishes, said.fulfillment, window, now) },
    declined: undefined,
    updatedAt: now,
    expiresAt: now + lifetime,
  }
}

/** Without a window, the next one: when the guest chooses how, or when it has become too late for the window before. */
function chooseWindow(
  store: Store,
  before: Wishes,
  { fulfillment }: Wishes,
  isSaid: Wishes['fulfillment'],
  window: string | undefined,
  now: number,
): number | undefined {
  if (fulfillment === undefined) {
    if (window !== undefined) throw new ShopError('invalid', 'A window needs a fulfillment: pickup or local_delivery')
    return undefined
  }
  if (window !== undefined) return readWindow(store, fulfillment, window, now).start
  const kept = fulfillment === before.fulfillment ? before.window : undefined
  const isKept =
    kept !== undefined && (isSaid === undefined || canServe(store, windowOf(store, fulfillment, kept), now))
  return isKept ? kept : nextWindows(store, fulfillment, now)[0]?.start
}
