import { text } from '@reference-plugins/core'
import { z } from 'zod'
import { hasCardNumber } from './card-number.ts'
import { fulfillmentTypes } from './checkout/vocabulary.ts'
import { allergens, diets } from './stores/store.ts'

export const checkoutId = text(40).describe('The id of the checkout, from createCheckout')
export const orderId = text(40).describe('The id of the order, from completeCheckout or listOrders')
export const storeId = text(40).describe('The id of the store, from listStores')
export const customerId = text(40).describe('The guest: customer.id of an earlier checkout of the same user')

export const storeFilter = {
  area: text(60).optional().describe('A city, a district or a postal code. Without it, all stores'),
  open_at: z.iso
    .datetime({ offset: true })
    .optional()
    .describe('Only stores that are open at this time, such as 2026-11-27T19:00:00+01:00'),
}

export const menuFilter = {
  diet: z.enum(diets).optional().describe('Only items of a diet: vegetarian, vegan, halal or gluten_free'),
  without: z
    .array(z.enum(allergens))
    .max(allergens.length)
    .optional()
    .describe(
      'Only items without these allergens, such as gluten, milk, eggs, nuts, peanuts, fish, soybeans or sesame',
    ),
}

export const items = z
  .array(text(200))
  .min(1)
  .max(20)
  .describe(
    'All items, each as "2 x ITEM + OPTION" with ids from getMenu: ["2 x margherita + large + olives", "1 x lemonade"]',
  )

/** Words of the guest, which are stored and shown. A card number would be too. */
const words = (longest: number) =>
  text(longest).refine((value) => !hasCardNumber(value), 'must not contain a card number: use a saved payment method')

/** What a guest may say about a checkout, besides the items. The names of the address are those of ACP. */
export const wishes = {
  guest_name: words(100).optional().describe('The name of the guest'),
  guest_phone: text(30)
    .regex(/^\+?(?:[ ()/.-]*\d){5,15}[ ()/.-]*$/, 'must be a phone number')
    .optional()
    .describe('The phone number of the guest'),
  guest_email: text(200)
    .regex(/^[^\s@]+@[^\s@]+$/, 'must be an e-mail address')
    .optional()
    .describe('The e-mail address of the guest'),
  fulfillment: z.enum(fulfillmentTypes).optional().describe('How the guest gets it: pickup or local_delivery'),
  window: text(60)
    .optional()
    .describe(
      'When: the id of a fulfillment option, or a time with offset such as 2026-11-27T19:00:00+01:00. Without it, the next window',
    ),
  line_one: words(100).optional().describe('Street and number, for a delivery'),
  line_two: words(100).optional().describe('More about the address, such as the floor'),
  city: text(60).optional().describe('The city, for a delivery'),
  state: text(60).optional().describe('The state, for a delivery. By default that of the store'),
  postal_code: text(20).optional().describe('The postal code, for a delivery'),
  tip: z
    .int()
    .min(0)
    .max(100_000)
    .optional()
    .describe('A tip in the minor unit of the currency: 300 is 3.00 USD. 0 removes it'),
  coupons: z.array(text(40)).max(3).optional().describe('Coupon codes. An empty list removes them'),
  notes: words(300).optional().describe('What the store must know, in the words of the guest'),
}
