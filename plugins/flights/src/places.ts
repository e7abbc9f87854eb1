import { findPlaces, placeOf } from './airports/find-places.ts'

/** More than one place, or none, is meant by a text. */
export class UnclearPlace extends Error {
  override readonly name = 'UnclearPlace'
}

/**
 * The code of the airport or city that a text means: an IATA code, or a name. A city with several airports comes
 * before others of its name; otherwise all airports of that name must be in one city.
 * @throws UnclearPlace with the candidates
 */
export function readPlace(text: string): string {
  const byCode = /^[A-Za-z]{3,4}$/.test(text.trim()) ? placeOf(text.trim()) : undefined
  if (byCode) return byCode.code
  const found = findPlaces(text, 5)
  const [best] = found
  if (!best) throw new UnclearPlace(`No airport or city is called ${JSON.stringify(text)}: find it with searchPlaces`)
  const others =
    best.type === 'city' ? [] : found.filter(({ city, country }) => city !== best.city || country !== best.country)
  if (others.length === 0) return best.code
  const candidates = [best, ...others].map(({ code, name, city, country }) => `${code} (${name}, ${city}, ${country})`)
  throw new UnclearPlace(
    `${JSON.stringify(text)} may be ${candidates.join(' or ')}: ask the user, and call again with the code`,
  )
}
