import { openDatabase } from '@reference-plugins/store'
import { contractTests } from '@reference-plugins/testing'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'
import { createFlightsPlugin, flightsMigrations } from '../src/plugin.ts'
import { Timetable } from '../src/timetable/timetable.ts'
import { ada, contact, start } from './fixture.ts'

// The tester cannot guess an offer: this one is the same at every time, and so is its price while the clock stands still.
const offerId = 'off_sample_SLICE_1'
const now = () => start
const search = {
  slices: [{ origin: 'ZRH', destination: 'OSL', departureDate: '2027-03-12' }],
  adults: 1,
  childAges: [],
  cabinClass: 'economy',
  maxConnections: 1,
}

async function addOffer(url: string) {
  const database = await openDatabase(url, flightsMigrations)
  await database.run`INSERT INTO timetable_search (id, search, created_at) VALUES ('sample', ${JSON.stringify(search)}, ${start})`
  const offer = await new Timetable({ database, seed: '2026', currency: 'EUR', now }).getOffer(offerId)
  await database.close()
  return offer
}

const { totalAmount: amount, totalCurrency: currency } = await addOffer(temporaryDatabase())

contractTests(
  async (settings) => {
    await addOffer(settings.DATABASE_URL)
    return createFlightsPlugin(settings, { now })
  },
  {
    values: {
      offerId,
      amount: String(amount),
      currency,
      passengers: ada,
      ...contact,
      origin: 'ZRH',
      destination: 'OSL',
    },
    expectAnswers: ['searchFlights', 'getOffer', 'holdOffer', 'bookOffer', 'payOrder', 'getOrder', 'quoteCancellation'],
  },
)
