/** An airport, or a city with several of them, that a search may start from or end at. */
export interface Place {
  type: 'airport' | 'city'
  /** IATA code: of an airport (`LHR`), or of a city that has one of its own (`LON`). */
  code: string
  /** Only of airports. */
  icao?: string
  name: string
  city: string
  /** ISO 3166-1 alpha-2. */
  country: string
  /** IANA name, such as `Europe/London`. */
  timeZone: string
  latitude: number
  longitude: number
  /** The airports of a city, by their codes, the busiest first. */
  airports?: readonly string[]
}
