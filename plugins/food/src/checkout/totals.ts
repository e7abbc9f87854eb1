import { describeMoney } from '../stores/money.ts'
import { type Item, type Option, optionsOf, type Store } from '../stores/store.ts'
import { areaOf } from '../stores/stores.ts'
import type { Line } from './cart.ts'
import type { Checkout } from './checkout.ts'
import { applyCoupons } from './coupons.ts'
import type { Total } from './total.ts'
import type { Discounts } from './vocabulary.ts'

/** A line with what the menu says about it, and its price. */
export interface PricedLine extends Line {
  menuItem: Item
  chosen: Option[]
  /** Of one, with its options. */
  unitAmount: number
  amount: number
}

/** Lines of items that have left the menu since are left out. */
export const priceLines = (store: Store, lines: readonly Line[]): PricedLine[] =>
  lines.flatMap((line) => {
    const menuItem = store.menu.find(({ id }) => id === line.item)
    if (!menuItem) return []
    const chosen = optionsOf(menuItem).filter(({ id }) => line.options.includes(id))
    const unitAmount = chosen.reduce((sum, { price }) => sum + price, menuItem.price)
    return [{ ...line, menuItem, chosen, unitAmount, amount: unitAmount * line.quantity }]
  })

export interface Amounts {
  totals: Total[]
  /** What is paid. */
  total: number
  /** What the items cost before a discount. */
  items: number
  discounts: Discounts
}

/** All amounts of a checkout, in minor units. Tax is rounded once, half up. */
export function totalsOf(store: Store, { wishes }: Checkout, lines: readonly PricedLine[], now: number): Amounts {
  const { currency, tax } = store
  const items = lines.reduce((sum, { amount }) => sum + amount, 0)
  const discounts = applyCoupons(wishes.coupons ?? [], items, currency, now)
  const discount = discounts.applied.reduce((sum, { amount }) => sum + amount, 0)
  const subtotal = items - discount
  const area = wishes.postal_code === undefined ? undefined : areaOf(store, wishes.postal_code)
  const fulfillment = wishes.fulfillment === 'local_delivery' ? (area?.fee ?? 0) : 0
  const added = tax.included ? 0 : Math.round((subtotal * tax.percent) / 100)
  const tip = wishes.tip ?? 0
  const total = subtotal + fulfillment + added + tip
  const line = (type: Total['type'], display_text: string, amount: number, description?: string): Total => ({
    type,
    display_text,
    amount,
    ...(description !== undefined && { description }),
  })
  const included = tax.included ? `Prices include ${tax.percent} % tax (${tax.jurisdiction})` : undefined
  return {
    total,
    items,
    discounts,
    totals: [
      line('items_base_amount', 'Items', items),
      ...(discount > 0 ? [line('discount', 'Discount', discount)] : []),
      line('subtotal', 'Subtotal', subtotal),
      line('fulfillment', wishes.fulfillment === 'local_delivery' ? 'Delivery' : 'Pick-up', fulfillment),
      ...(tax.included ? [] : [line('tax', `Tax ${tax.percent} % (${tax.jurisdiction})`, added)]),
      ...(tip > 0 ? [line('tip', 'Tip', tip)] : []),
      line('total', `Total ${describeMoney(total, currency)}`, total, included),
    ],
  }
}
