import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { describeMoney } from '../stores/money.ts'
import type { DiscountRefusal, Discounts } from './vocabulary.ts'

const Coupon = z.strictObject({
  code: z.string(),
  name: z.string(),
  percent_off: z.number().min(0).max(100).optional(),
  /** In the minor unit of `currency`. */
  amount_off: z.int().min(1).optional(),
  currency: z.string().optional(),
  /** What the items must cost at least. */
  minimum: z.int().min(0).default(0),
  ends: z.iso.datetime().optional(),
})

const coupons = z
  .array(Coupon)
  .parse(JSON.parse(readFileSync(new URL('../../data/coupons.json', import.meta.url), 'utf8')))

/** What codes do to the price of the items. One code is applied; what cannot be applied is rejected with a reason. */
export function applyCoupons(codes: readonly string[], items: number, currency: string, now: number): Discounts {
  const discounts: Discounts = { codes: [...codes], applied: [], rejected: [] }
  for (const code of codes) {
    const reject = (reason: DiscountRefusal, message: string) => discounts.rejected.push({ code, reason, message })
    const coupon = coupons.find((one) => one.code === code.toUpperCase())
    if (!coupon || (coupon.currency !== undefined && coupon.currency !== currency))
      reject('discount_code_invalid', `The code ${code} does not exist here`)
    else if (coupon.ends !== undefined && Date.parse(coupon.ends) <= now)
      reject('discount_code_expired', `The code ${code} ended on ${coupon.ends.slice(0, 10)}`)
    else if (items < coupon.minimum)
      reject(
        'discount_code_minimum_not_met',
        `The code ${code} needs items of at least ${describeMoney(coupon.minimum, currency)}`,
      )
    else if (discounts.applied.length > 0)
      reject('discount_code_combination_disallowed', `The code ${code} cannot be used with another code`)
    else {
      const { name, percent_off = 0, amount_off = 0 } = coupon
      const amount = Math.min(items, amount_off + Math.round((items * percent_off) / 100))
      const kind = amount_off > 0 ? { amount_off, currency } : { percent_off }
      discounts.applied.push({
        id: `discount-${coupon.code.toLowerCase()}`,
        code,
        coupon: { id: coupon.code.toLowerCase(), name, ...kind, duration: 'once' },
        amount,
      })
    }
  }
  return discounts
}
