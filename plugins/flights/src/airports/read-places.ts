import { readFileSync } from 'node:fs'
import type { Place } from './place.ts'

/** A place with the names under which people look for it. */
export interface NamedPlace extends Place {
  /** In other languages, and short forms. */
  otherNames: readonly string[]
}

const folder = new URL('../../data/', import.meta.url)

/** All places of `data`: the cities first, then the airports, the largest first. */
export function readPlaces(): NamedPlace[] {
  const airports = new Map<string, NamedPlace>()
  for (const [code, icao, name, city, country, timeZone, latitude, longitude] of rowsOf('airports.tsv')) {
    const place = { code, name, city, country, timeZone, latitude: Number(latitude), longitude: Number(longitude) }
    airports.set(code, { type: 'airport', ...place, ...(icao !== '' && { icao }), otherNames: [] })
  }
  const cities: NamedPlace[] = []
  const inOrder = new Set<NamedPlace>()
  for (const [code, name, country, list, names] of rowsOf('cities.tsv').slice(1)) {
    const otherNames = names === '' ? [] : names.split(', ')
    const own = list.split(' ').flatMap((airport) => airports.get(airport) ?? [])
    for (const airport of own) {
      airport.otherNames = [...airport.otherNames, name, ...otherNames]
      inOrder.add(airport)
    }
    const [first] = own
    // The code of a city with one airport, or of its first one, is the code of that airport.
    if (code === '' || !first || airports.has(code)) continue
    const { timeZone, latitude, longitude } = first
    const place = { code, name, city: name, country, timeZone, latitude, longitude }
    cities.push({ type: 'city', ...place, airports: own.map((airport) => airport.code), otherNames })
  }
  return [...cities, ...inOrder, ...[...airports.values()].filter((airport) => !inOrder.has(airport))]
}

/** The fields of each line; as many as the file has columns. */
function rowsOf(file: string): [string, string, string, string, string, string, string, string][] {
  const lines = readFileSync(new URL(file, folder), 'utf8').trimEnd().split('\n')
  return lines.map((line) => line.split('\t')) as never
}
