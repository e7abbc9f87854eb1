import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openDatabase } from '@reference-plugins/store'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'
import { placeOf } from '../../src/airports/find-places.ts'
import { instantOf } from '../../src/airports/local-time.ts'
import type { OfferSearch } from '../../src/offer.ts'
import { distanceBetween } from '../../src/timetable/flights.ts'
import { timetableMigrations } from '../../src/timetable/tables.ts'
import { Timetable } from '../../src/timetable/timetable.ts'

const now = () => Date.parse('2027-01-11T08:00:00Z')

async function open(seed = '2026') {
  const database = await openDatabase(temporaryDatabase(), timetableMigrations)
  return new Timetable({ database, seed, currency: 'EUR', now })
}

const searchFor = (origin: string, destination: string, more: Partial<OfferSearch> = {}): OfferSearch => ({
  slices: [{ origin, destination, departureDate: '2027-03-28' }],
  adults: 1,
  childAges: [],
  cabinClass: 'economy',
  maxConnections: 2,
  ...more,
})
const contents = (offers: object[]) => JSON.stringify(offers).replaceAll(/off_[0-9a-f]+/g, '')

test('the same seed has the same flights and prices, and another seed has others', async () => {
  const search = searchFor('ZRH', 'OSL')
  const [one, two, other] = [await open(), await open(), await open('another')]
  const offers = await one.searchOffers(search)
  assert.ok(offers.length > 0)
  assert.equal(contents(await two.searchOffers(search)), contents(offers))
  assert.notEqual(contents(await other.searchOffers(search)), contents(offers))
})

test('flights arrive after they depart, and are as long as their times say, over zones and changes of the clock', async () => {
  const timetable = await open()
  for (const [from, to] of [
    ['ZRH', 'OSL'],
    ['LON', 'NYC'],
    ['SYD', 'LAX'],
    ['HEL', 'SIN'],
    ['TYO', 'PAR'],
  ] as const) {
    const offers = await timetable.searchOffers(searchFor(from, to))
    assert.ok(offers.length > 0, `${from} ${to}`)
    for (const { slices } of offers)
      for (const { segments } of slices) {
        let last = 0
        for (const { origin, destination, departingAt, arrivingAt, duration } of segments) {
          const [departure, arrival] = [
            instantOf(departingAt, origin.timeZone),
            instantOf(arrivingAt, destination.timeZone),
          ]
          const [, hours = '0', minutes = '0'] = /^PT(?:(\d+)H)?(?:(\d+)M)?$/.exec(duration) ?? []
          assert.equal(arrival - departure, (Number(hours) * 60 + Number(minutes)) * 60_000)
          assert.ok(departure > last, 'a connection departs after the flight before it has arrived')
          last = arrival
        }
      }
  }
})

test('connections are as many as allowed, and near the way', async () => {
  const timetable = await open()
  const [from, to] = [placeOf('ZRH'), placeOf('OSL')]
  assert.ok(from && to)
  for (const maxConnections of [0, 1, 2])
    for (const { slices } of await timetable.searchOffers(searchFor('ZRH', 'OSL', { maxConnections })))
      for (const { segments } of slices) {
        assert.ok(segments.length <= maxConnections + 1)
        const places = segments.map(({ origin }) => placeOf(origin.iataCode) ?? from)
        const flown = [...places, to]
          .slice(1)
          .reduce((sum, place, index) => sum + distanceBetween(places[index] ?? from, place), 0)
        assert.ok(flown < 3 * distanceBetween(from, to) + 1_500, String(flown))
      }
})

test('children pay less, small ones need no seat, and prices are of all passengers', async () => {
  const timetable = await open()
  const price = async (more: Partial<OfferSearch>) =>
    (await timetable.searchOffers(searchFor('ZRH', 'OSL', { ...more, maxConnections: 0 })))[0]?.totalAmount ?? 0
  const [one, two, child, infant] = [
    await price({ adults: 1 }),
    await price({ adults: 2 }),
    await price({ adults: 1, childAges: [5] }),
    await price({ adults: 1, childAges: [1] }),
  ]
  assert.equal(two, 2 * one)
  assert.ok(one < infant && infant < child && child < two)
})
