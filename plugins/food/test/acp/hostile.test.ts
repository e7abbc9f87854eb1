import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { serveFood } from '../fixture.ts'
import { acpClient, contact, pay, start, toPickUp } from './acp-client.ts'

const served = await serveFood()
after(served.close)
const acp = acpClient(served)

type Json = Parameters<typeof acp>[2]

const address = {
  name: '',
  line_one: '1 Sample Square',
  city: 'New York',
  state: '',
  country: 'us',
  postal_code: '10012',
}
const buyer = {
  email: 'ada@example.com',
  customer_id: 'cus_1',
  first_name: 'Ada',
  last_name: 'Guest',
  phone_number: '+12125550100',
}
const selected = [{ type: 'local_delivery', option_id: 'local_delivery-2026-11-27T1830Z', item_ids: ['x'] }]
const bodies: [string, Json][] = [
  ['', start({ buyer })],
  ['', start({ ...contact, ...toPickUp, discounts: { codes: ['LUNCH'] }, order_notes: 'Ring.', metadata: {} })],
  ['/ID', { fulfillment_details: { address }, selected_fulfillment_options: selected, line_items: start().line_items }],
  ['/ID/complete', { ...pay('at_the_door'), buyer, order_notes: 'x', risk_signals: {} }],
  ['/ID/cancel', { intent_trace: { reason_code: 'other' } }],
]

const strange = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(
    '',
    '__proto__',
    '$.x',
    '\u0000',
    'a\u0000b',
    '\ud800',
    '😀'.repeat(300),
    1e308,
    -1,
    0.5,
    2 ** 53,
    [],
    {},
    null,
    true,
  ),
  fc.string({ unit: 'binary', maxLength: 60 }),
)

/** The places in a value, as lists of names. */
const placesIn = (value: unknown, path: string[] = []): string[][] =>
  typeof value === 'object' && value !== null
    ? [path, ...Object.entries(value).flatMap(([name, member]) => placesIn(member, [...path, name]))]
    : [path]

function replaced(value: Json, [name, ...rest]: string[], by: unknown): Json {
  if (name === undefined) return by
  const copy = Array.isArray(value) ? [...value] : { ...value }
  copy[name] = replaced(copy[name], rest, by)
  return copy
}

// The client checks each answer with the published schema.
test('a request with anything anywhere gets a session or an error of ACP, and never a failure', async () => {
  const { body } = await acp('post', '', start())
  const request = fc.constantFrom(...bodies).chain(([path, valid]) =>
    fc.record({
      path: fc.constant(path),
      valid: fc.constant(valid),
      place: fc.constantFrom(...placesIn(valid)),
      by: strange,
    }),
  )
  await fc.assert(
    fc.asyncProperty(request, async ({ path, valid, place, by }) => {
      const sent = JSON.stringify(replaced(valid, place, by))
      const { status } = await acp('post', path.replace('ID', body.id), sent, { 'content-type': 'application/json' })
      assert.ok(status < 500, `${status} for ${sent}`)
    }),
    {
      numRuns: Number(process.env.FUZZ_REQUESTS ?? 250),
      ...(process.env.FUZZ_SEED && { seed: Number(process.env.FUZZ_SEED) }),
    },
  )
})
