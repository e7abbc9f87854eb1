import { instantOf } from '../airports/local-time.ts'
import type { Place } from '../airports/place.ts'
import type { Airline } from '../itinerary.ts'
import { chance, pick } from './chance.ts'

/** One flight on one day. */
export interface Flight {
  airline: Airline
  number: string
  origin: Place
  destination: Place
  /** In milliseconds since 1970, as `arrivesAt`. */
  departsAt: number
  arrivesAt: number
  /** In kilometres. */
  distance: number
  aircraft: string
}

/** These airlines exist only in this timetable. */
const airlines: readonly Airline[] = [
  { iataCode: 'ZZ', name: 'Zephyr Air' },
  { iataCode: 'QX', name: 'Quarto Airways' },
  { iataCode: 'XJ', name: 'Crossjet' },
  { iataCode: 'VV', name: 'Velvet Airlines' },
]

/** Airports where most passengers change. They have more flights, and farther ones. */
export const hubs = 'ZRH FRA LHR CDG AMS MAD IST DXB SIN HKG HND JFK ORD LAX GRU JNB SYD'.split(' ')

/** The flights of a day in the zone of the origin, as the seed has them. */
export function flightsOn(seed: string, origin: Place, destination: Place, date: string): Flight[] {
  if (origin.code === destination.code || origin.city === destination.city) return []
  const distance = distanceBetween(origin, destination)
  const route = [seed, ...[origin.code, destination.code].sort()]
  return Array.from({ length: flightsADay(route, distance, [origin, destination]) }, (_, index) => {
    const flight = [seed, origin.code, destination.code, index]
    const minute = 5 * pick(6 * 12, 21 * 12, 'departure', ...flight)
    const local = `${date}T${two(Math.floor(minute / 60))}:${two(minute % 60)}:00`
    const departsAt = instantOf(local, origin.timeZone)
    const airline = airlines[pick(0, airlines.length - 1, 'airline', ...route, index)] as Airline
    return {
      airline,
      number: String(pick(100, 1999, 'number', ...flight)),
      origin,
      destination,
      departsAt,
      arrivesAt: departsAt + 300_000 * Math.round(6 + distance / 70),
      distance,
      aircraft: distance > 4_500 ? 'Airbus A350-900' : distance > 900 ? 'Airbus A320neo' : 'Embraer E195-E2',
    }
  }).filter(({ number }) => chance('operates', seed, number, origin.code, date) > 0.08)
}

function flightsADay(route: readonly string[], distance: number, ends: readonly Place[]): number {
  const count = ends.filter(({ code }) => hubs.includes(code)).length
  if (distance < 120 || distance > 15_500) return 0
  if (count === 2) return pick(2, 4, 'flights', ...route)
  if (count === 1) return distance < 6_000 ? pick(1, 3, 'flights', ...route) : pick(0, 1, 'flights', ...route)
  return distance < 2_500 ? pick(0, 2, 'flights', ...route) : 0
}

/** Along a great circle, in kilometres. */
export function distanceBetween(from: Place, to: Place): number {
  const [a, b] = [radians(from.latitude), radians(to.latitude)]
  const half = Math.sin((b - a) / 2) ** 2
  const across = Math.sin(radians(to.longitude - from.longitude) / 2) ** 2
  return 12_742 * Math.asin(Math.sqrt(half + Math.cos(a) * Math.cos(b) * across))
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180
const two = (value: number): string => String(value).padStart(2, '0')
