import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { protectionTests } from '@reference-plugins/testing'
import { type ServedPlugin, servePlugin } from '@reference-plugins/testing/serve-plugin'
import { createFlightsPlugin } from '../src/plugin.ts'

let served: ServedPlugin
before(async () => {
  served = await servePlugin(createFlightsPlugin)
})
after(() => served.close())

protectionTests(() => ({ ...served, token: served.token ?? '' }))

test('a search needs no scope, bookings need one, and what ends or changes them needs another', () => {
  const scopes = Object.groupBy(served.plugin.operations, ({ scope = 'none' }) => scope)
  const names = Object.fromEntries(Object.entries(scopes).map(([scope, found]) => [scope, found?.map(({ id }) => id)]))
  assert.deepEqual(names, {
    none: ['searchPlaces', 'searchFlights', 'getOffer'],
    'flights:book': [
      ...[
        'holdOffer',
        'bookOffer',
        'payOrder',
        'getOrder',
        'listOrders',
        'quoteCancellation',
        'quoteChange',
        'getAccount',
      ],
    ],
    'flights:cancel': ['confirmCancellation', 'confirmChange'],
  })
})

test('whatever moves money or ends a booking asks a person, and says how it is taken back', () => {
  for (const { id, confirm, once, undo, unasked } of served.plugin.operations) {
    const acts = ['holdOffer', 'bookOffer', 'payOrder', 'confirmCancellation', 'confirmChange'].includes(id)
    assert.equal(confirm !== undefined, acts, id)
    assert.equal(once, acts ? 'resume' : undefined, id)
    if (acts && id !== 'holdOffer') assert.equal(unasked, 'refuse', id)
    if (['holdOffer', 'bookOffer', 'payOrder'].includes(id)) assert.equal(undo?.by, 'confirmCancellation')
  }
})
