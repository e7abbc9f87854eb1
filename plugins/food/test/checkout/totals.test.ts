import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readCart } from '../../src/checkout/cart.ts'
import type { Checkout, Wishes } from '../../src/checkout/checkout.ts'
import { priceLines, totalsOf } from '../../src/checkout/totals.ts'
import { optionsOf } from '../../src/stores/store.ts'
import { Stores } from '../../src/stores/stores.ts'

const stores = new Stores()
const now = Date.parse('2026-11-27T17:00:00Z')

function amountsFor(storeId: string, items: string[], wishes: Wishes = {}) {
  const store = stores.get(storeId)
  const lines = readCart(store, items, now)
  const checkout = { wishes, lines } as unknown as Checkout
  const amounts = totalsOf(store, checkout, priceLines(store, lines), now)
  const of = (sought: string) => amounts.totals.find(({ type }) => type === sought)?.amount
  return { ...amounts, of }
}

test('tax is added in New York, and is in the prices elsewhere', () => {
  const inNewYork = amountsFor('forno-luca', ['margherita'], { tip: 100 })
  assert.deepEqual([inNewYork.of('tax'), inNewYork.total], [124, 1624])
  const inTokyo = amountsFor('kaze-sushi', ['2 x miso soup'])
  assert.deepEqual([inTokyo.of('tax'), inTokyo.total], [undefined, 640])
  assert.match(inTokyo.totals.at(-1)?.description ?? '', /include 8 % tax/)
})

test('one coupon is applied, and the others are rejected with their reason', () => {
  const { discounts, of } = amountsFor('forno-luca', ['2 x margherita'], {
    coupons: ['welcome', 'LUNCH', 'SOMMER', 'X'],
  })
  assert.equal(of('discount'), 280)
  assert.equal(of('subtotal'), 2520)
  assert.deepEqual(
    discounts.rejected.map(({ reason }) => reason),
    ['discount_code_minimum_not_met', 'discount_code_expired', 'discount_code_invalid'],
  )
  const enough = amountsFor('forno-luca', ['3 x margherita'], { coupons: ['LUNCH', 'WELCOME'] })
  assert.equal(enough.of('discount'), 500)
  assert.deepEqual(
    enough.discounts.rejected.map(({ reason }) => reason),
    ['discount_code_combination_disallowed'],
  )
  // An amount in dollars is nothing in London.
  assert.equal(amountsFor('curry-lane', ['9 x lager'], { coupons: ['LUNCH'] }).of('discount'), undefined)
})

test('for every cart, all amounts are integers, the lines add up to the total, and the total is never negative', () => {
  const cart = fc.constantFrom(...stores.all).chain((store) =>
    fc.record({
      store: fc.constant(store.id),
      items: fc.array(
        fc
          .constantFrom(...store.menu)
          .chain((item) =>
            fc
              .tuple(
                fc.integer({ min: 1, max: 20 }),
                fc.constantFrom<string[]>([], ...optionsOf(item).map(({ id }) => [id])),
              )
              .map(([quantity, options]) => [`${quantity} x ${item.id}`, ...options].join(' + ')),
          ),
        { minLength: 1, maxLength: 5 },
      ),
      tip: fc.option(fc.integer({ min: 0, max: 100_000 }), { nil: undefined }),
      coupons: fc.subarray(['WELCOME', 'LUNCH', 'SOMMER', 'X']),
      postal_code: fc.constantFrom(...store.delivery.areas.flatMap(({ postal_codes }) => postal_codes)),
      fulfillment: fc.constantFrom('pickup' as const, 'local_delivery' as const),
    }),
  )
  fc.assert(
    fc.property(cart, ({ store, items, ...wishes }) => {
      const { totals, total, of } = amountsFor(store, items, wishes)
      for (const { amount } of totals) assert.ok(Number.isSafeInteger(amount) && amount >= 0)
      assert.equal(of('subtotal'), (of('items_base_amount') ?? 0) - (of('discount') ?? 0))
      assert.equal(total, (of('subtotal') ?? 0) + (of('fulfillment') ?? 0) + (of('tax') ?? 0) + (of('tip') ?? 0))
    }),
  )
})
