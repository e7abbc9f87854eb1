import { z } from 'zod'

/** A line of the totals, in the words of ACP. Amounts are in the minor unit of the currency. */
export const Total = z
  .object({
    type: z.enum([
      'items_base_amount',
      'discount',
      'subtotal',
      'fulfillment',
      'tax',
      'tip',
      'total',
      'amount_refunded',
    ]),
    display_text: z.string(),
    amount: z.int(),
    description: z.string().optional(),
  })
  .meta({ id: 'Total' })
export type Total = z.infer<typeof Total>

/** What is paid. */
export const totalOf = (totals: readonly Total[]): number => totals.find(({ type }) => type === 'total')?.amount ?? 0
