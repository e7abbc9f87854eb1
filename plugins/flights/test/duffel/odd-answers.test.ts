import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { SourceError } from '../../src/source.ts'
import { openSource, search } from './fixture.ts'

type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

const odd = fc.constantFrom<Json | undefined>(
  undefined,
  null,
  '',
  'x',
  '\u0000',
  -1,
  1e21,
  true,
  [],
  {},
  '1e3',
  '0x10',
  'P',
  'Mars/Base',
)

/** One member of the answer, anywhere in it, is replaced or missing. */
function spoil(answer: Json, steps: readonly number[], value: Json | undefined): Json {
  const copy = structuredClone(answer)
  let [holder, name] = [{ data: copy } as Record<string, Json>, 'data']
  for (const step of steps) {
    const inner = holder[name]
    if (inner === null || typeof inner !== 'object' || Object.keys(inner).length === 0) break
    holder = inner as Record<string, Json>
    name = Object.keys(holder)[step % Object.keys(holder).length] as string
  }
  if (value === undefined) delete holder[name]
  else holder[name] = value
  return copy
}

test('whatever an answer has, it is understood, or refused as one that is not', async (t) => {
  const { source, double, choose, supplier } = await openSource(t)
  const { request, offer } = await choose()
  const order = await source.createOrder(request)
  const quote = await source.quoteCancellation(order.id)
  const [change] = await source.quoteChange({
    orderId: order.id,
    sliceId: order.slices[0]?.id ?? '',
    departureDate: '2030-07-01',
  })
  const reads: [path: RegExp, sent: unknown, call: () => Promise<unknown>][] = [
    [/offers\/off_/, supplier.offers.get(offer.id), () => source.getOffer(offer.id)],
    [/offers$/, [...supplier.offers.values()], () => source.searchOffers(search)],
    [/orders\/ord_/, supplier.order(order.id), () => source.getOrder(order.id)],
    [/orders$/, [...supplier.orders.values()], () => source.findOrder(request)],
    [/order_cancellations\/ore_/, supplier.cancellation(quote.id), () => source.getCancellation(quote.id)],
    [/order_changes\/oce_/, supplier.change(change?.id ?? ''), () => source.getChange(change?.id ?? '')],
  ]
  await fc.assert(
    fc.asyncProperty(
      fc.nat(reads.length - 1),
      fc.array(fc.nat(40), { maxLength: 9 }),
      odd,
      async (index, steps, value) => {
        const [path, sent, call] = reads[index] as (typeof reads)[number]
        const body = JSON.stringify({ data: spoil(JSON.parse(JSON.stringify(sent)), steps, value) })
        double.fail('GET', path, { kind: 'malformed', made: true, body })
        const result = await call().catch((error: unknown) => error)
        assert.ok(!(result instanceof Error) || result instanceof SourceError, String(result))
      },
    ),
    { numRuns: 300 },
  )
})
