import type { Place } from './place.ts'
import { type NamedPlace, readPlaces } from './read-places.ts'
import { WordIndex } from './word-index.ts'
import { plainText, withoutUmlauts, wordsOf } from './words.ts'

export const longestQuery = 100
const mostPlaces = 20

interface Directory {
  places: NamedPlace[]
  /** IATA and ICAO codes to positions in `places`. */
  codes: Map<string, number>
  words: WordIndex
}

let directory: Directory | undefined

/** Read at the first use: it takes longer than a search, and not every process needs it. */
function openDirectory(): Directory {
  if (directory) return directory
  const places = readPlaces()
  const codes = new Map<string, number>()
  const words = new WordIndex()
  for (const [position, place] of places.entries()) {
    const { code, icao, name, city, country, otherNames } = place
    for (const one of icao ? [code, icao] : [code]) codes.set(one, position)
    const text = [code, name, city, country, countryName(country), ...otherNames].join(' ')
    words.add(position, wordsOf(`${text} ${withoutUmlauts(text)}`))
  }
  directory = { places, codes, words }
  return directory
}

const inEnglish = new Intl.DisplayNames('en', { type: 'region' })
const countryNames = new Map<string, string>()

function countryName(code: string): string {
  const name = countryNames.get(code) ?? inEnglish.of(code) ?? ''
  countryNames.set(code, name)
  return name
}

/** How a place fits, the best first: its code, one of its names as a whole, the beginnings of words, words with mistakes. */
const fits = { code: 0, name: 1, words: 2, mistakes: 3 }

/**
 * The airports and cities that a text may mean, the likeliest first: by IATA or ICAO code, by the name of the airport or
 * of its city, also in other languages, without accents, or with a small typing error. The country narrows it down:
 * `London Canada`.
 */
export function findPlaces(query: string, limit = 10): Place[] {
  const { places, codes, words } = openDirectory()
  const text = query.slice(0, longestQuery)
  const whole = plainText(text)
  const found = Array.from(words.find(wordsOf(text)), ([position, mistakes]) => {
    const { name, city, otherNames } = places[position] as NamedPlace
    const isName = [name, city, ...otherNames].some((one) => plainText(one) === whole)
    return { position, fit: isName ? fits.name : mistakes === 0 ? fits.words : fits.mistakes + mistakes }
  })
  const ofCode = codes.get(text.trim().toUpperCase())
  return [
    ...(ofCode === undefined ? [] : [{ position: ofCode, fit: fits.code }]),
    ...found.filter(({ position }) => position !== ofCode).sort((a, b) => a.fit - b.fit || a.position - b.position),
  ]
    .slice(0, Math.min(limit, mostPlaces))
    .map(({ position }) => toPlace(places[position] as NamedPlace))
}

/** The place with this IATA or ICAO code. A code that a city shares with one of its airports is the airport. */
export function placeOf(code: string): Place | undefined {
  const { places, codes } = openDirectory()
  const place = places[codes.get(code.toUpperCase()) ?? -1]
  return place && toPlace(place)
}

/** The zone of an airport, and undefined for one that is not in the data. */
export const timeZoneOf = (code: string): string | undefined => placeOf(code)?.timeZone

const toPlace = ({ otherNames: _, ...place }: NamedPlace): Place => place
