import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findPlaces, placeOf, timeZoneOf } from '../../src/airports/find-places.ts'

const codesOf = (query: string, limit?: number) => findPlaces(query, limit).map(({ code }) => code)

test('a place is found by its code, its name and its city', () => {
  for (const query of ['LHR', 'lhr', ' LHR ', 'EGLL', 'heathrow', 'Heathrow Airport', 'London Heathrow', 'LHR London'])
    assert.equal(codesOf(query)[0], 'LHR', query)
  assert.deepEqual(findPlaces('ZRH'), [
    {
      type: 'airport',
      code: 'ZRH',
      icao: 'LSZH',
      name: 'Zurich Airport',
      city: 'Zürich',
      country: 'CH',
      timeZone: 'Europe/Zurich',
      latitude: 47.451,
      longitude: 8.562,
    },
  ])
})

test('a city with several airports comes first, with its own code, and then its airports', () => {
  for (const query of ['London', 'LON', 'Londres', 'Лондон', '伦敦', 'ロンドン'])
    assert.deepEqual(codesOf(query, 4), ['LON', 'LHR', 'LGW', 'STN'].slice(0, codesOf(query, 4).length), query)
  assert.deepEqual(codesOf('New York').slice(0, 4), ['NYC', 'JFK', 'EWR', 'LGA'])
  const [city] = findPlaces('NYC')
  assert.deepEqual([city?.type, city?.airports, city?.timeZone], ['city', ['JFK', 'EWR', 'LGA'], 'America/New_York'])
  assert.equal(placeOf('BRU')?.type, 'airport', 'a code that both have is that of the airport')
})

test('accents, umlauts, other languages and small typing errors do not matter', () => {
  const same: Record<string, string[]> = {
    MUC: ['Munich', 'München', 'MUENCHEN', 'munchen', 'Monaco di Baviera', '慕尼黑', 'Munihc'],
    LON: ['Lodnon', 'Londn', 'Londoon'],
    SAO: ['São Paulo', 'sao paulo', 'SAO PAULO'],
    IST: ['İstanbul', 'ISTANBUL', 'Istambul'],
    TYO: ['東京', 'Tokio'],
    CAI: ['القاهرة', 'Le Caire'],
    ORD: ["O'Hare", 'OHare', 'o’hare'],
    AMS: ['Amsterdm', 'Schipol'],
    BOM: ['Mumbia', 'Bombay'],
  }
  for (const [code, queries] of Object.entries(same))
    for (const query of queries) assert.equal(codesOf(query)[0], code, query)
})

test('an ambiguous name gives its candidates, and the country decides', () => {
  assert.deepEqual(codesOf('San Jose').slice(0, 3).sort(), ['SJC', 'SJI', 'SJO'])
  assert.deepEqual(codesOf('Birmingham').sort(), ['BHM', 'BHX'])
  assert.deepEqual(codesOf('Birmingham United Kingdom'), ['BHX'])
  assert.deepEqual(codesOf('London, Canada'), ['YXU'])
  assert.equal(codesOf('Rom')[0], 'ROM')
})

test('what means nothing finds nothing, and no text is too long or too odd', () => {
  for (const query of ['', ' ', 'qqqqzzzz', '-', 'International Airport', '\u0000', '%', 'a'.repeat(100_000)])
    assert.deepEqual(codesOf(query), [], query.slice(0, 20))
  assert.equal(findPlaces('a', 1_000).length <= 20, true)
  assert.equal(findPlaces('San', 1_000).length, 20)
  assert.equal(findPlaces('San', 3).length, 3)
})

test('the data is whole: codes, zones, and the airports of each city', () => {
  assert.equal(timeZoneOf('SYD'), 'Australia/Sydney')
  assert.equal(timeZoneOf('XXX'), undefined)
  const places = 'abcdefghijklmnopqrstuvwxyz'.split('').flatMap((letter) => {
    const codes = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'.split('')
    const first = letter.toUpperCase()
    return codes.flatMap((second) => codes.flatMap((third) => placeOf(`${first}${second}${third}`) ?? []))
  })
  assert.ok(places.length > 4_000)
  for (const zone of new Set(places.map(({ timeZone }) => timeZone))) new Intl.DateTimeFormat('en', { timeZone: zone })
  for (const place of places) {
    assert.match(place.country, /^[A-Z]{2}$/, place.code)
    assert.ok(
      place.name && place.city && Math.abs(place.latitude) <= 90 && Math.abs(place.longitude) <= 180,
      place.code,
    )
    for (const airport of place.airports ?? []) assert.equal(placeOf(airport)?.type, 'airport', place.code)
  }
})
