import { formatMoney } from './money.ts'
import type { Money } from './order.ts'
import { SourceError } from './source.ts'

/** The price must be the one that the user has agreed to. @throws SourceError price_changed */
export function checkPrice(agreed: Money, price: Money): void {
  if (agreed.amount !== price.amount || agreed.currency !== price.currency)
    throw new SourceError('price_changed', `The price is now ${formatMoney(price)}`, { price })
}
