import { z } from 'zod'
import { describeTime, isOpen, nextChange } from './hours.ts'
import { Address, days, type Store } from './store.ts'

/** What a list of stores says about one. */
export const StoreCard = z
  .object({
    id: z.string(),
    name: z.string(),
    cuisine: z.string(),
    address: Address,
    phone: z.string(),
    currency: z.string(),
    timezone: z.string(),
    is_open: z.boolean().describe('At the time that was asked for, or now'),
    changes_at: z.string().optional().describe('When it opens or closes next, in local time'),
    hours: z.array(z.object({ day: z.enum(days), times: z.array(z.string()) })).describe('In local time'),
    delivery_areas: z.array(
      z.object({
        name: z.string(),
        postal_codes: z.array(z.string()),
        fee: z.int(),
        minimum: z.int().describe('What the items must cost at least'),
      }),
    ),
  })
  .meta({ id: 'Store' })

export function toCard(store: Store, time: number): z.input<typeof StoreCard> {
  const { id, name, cuisine, address, phone, currency, timezone, delivery } = store
  const change = nextChange(store, time)
  return {
    id,
    name,
    cuisine,
    address,
    phone,
    currency,
    timezone,
    is_open: isOpen(store, time),
    ...(change !== undefined && { changes_at: describeTime(change, timezone) }),
    hours: days.map((day) => ({ day, times: store.hours[day] })),
    delivery_areas: delivery.areas,
  }
}
