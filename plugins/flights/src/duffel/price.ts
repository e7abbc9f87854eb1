import { formatMoney } from '../money.ts'
import type { Money } from '../order.ts'
import { SourceError } from '../source.ts'

/** The decimal text that Duffel takes: 184.20 for 18420 EUR, 18420 for 18420 JPY. */
export const toDecimal = (money: Money): string => formatMoney(money).split(' ')[0] ?? ''

export const toPayment = (money: Money) => ({ type: 'balance', amount: toDecimal(money), currency: money.currency })

/** @throws SourceError price_changed */
export function checkPrice(current: Money, agreed: Money): void {
  if (current.amount === agreed.amount && current.currency === agreed.currency) return
  throw new SourceError('price_changed', `The price is now ${formatMoney(current)}`, { price: current })
}

/** Duffel says that the price has changed, but not to what. */
export async function withPrice(error: unknown, read: () => Promise<Money>): Promise<unknown> {
  if (!(error instanceof SourceError) || error.code !== 'price_changed') return error
  const price = await read().catch(() => undefined)
  if (price === undefined) return error
  return new SourceError('price_changed', `The price is now ${formatMoney(price)}`, { price, cause: error.cause })
}
