import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { createDuffelSource } from '../../src/duffel/duffel-source.ts'
import type { OfferSearch } from '../../src/offer.ts'
import type { OrderRequest, Traveller } from '../../src/order.ts'
import { SourceError } from '../../src/source.ts'
import { startDouble } from './double.ts'
import type { SupplierOptions } from './supplier.ts'

/** The live source with the double as its Duffel. */
export async function openSource(t: TestContext, options: Partial<SupplierOptions> = {}, action = 10_000) {
  const double = await startDouble(options)
  t.after(() => double.close())
  const timeouts = { read: 10_000, search: 10_000, action }
  const source = createDuffelSource({ token: double.token, baseUrl: double.url, timeouts })

  /** The cheapest offer, and an order of it that has not been sent. */
  async function choose(given: Partial<OrderRequest> = {}) {
    const [offer] = await source.searchOffers(search)
    assert.ok(offer)
    const price = { amount: offer.totalAmount, currency: offer.totalCurrency }
    const request: OrderRequest = {
      key: 'k-1',
      offerId: offer.id,
      travellers: [amelia],
      price,
      isPaid: false,
      ...given,
    }
    return { offer, price, request }
  }
  return { double, supplier: double.supplier, source, choose }
}

export const amelia: Traveller = {
  givenName: 'Amelia',
  familyName: 'Earhart',
  bornOn: '1987-07-24',
  gender: 'f',
  email: 'amelia@example.com',
  phoneNumber: '+442080160509',
}

export const search: OfferSearch = {
  slices: [{ origin: 'LHR', destination: 'JFK', departureDate: '2030-06-13' }],
  adults: 1,
  childAges: [],
  cabinClass: 'economy',
  maxConnections: 1,
}

export async function refusal(call: Promise<unknown>): Promise<SourceError> {
  const error = await call.then(
    () => assert.fail('it was done'),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof SourceError, String(error))
  return error
}

export const codeOf = async (call: Promise<unknown>) => (await refusal(call)).code
