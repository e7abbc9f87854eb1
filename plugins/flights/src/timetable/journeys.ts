import { placeOf } from '../airports/find-places.ts'
import type { Place } from '../airports/place.ts'
import type { SearchedSlice } from '../offer.ts'
import { distanceBetween, type Flight, flightsOn, hubs } from './flights.ts'
import { addDays, toLocal } from './local-date.ts'

/** Flights one after the other, from the origin of a slice to its destination. */
export type Journey = readonly Flight[]

export const durationOf = (journey: Journey): number => (journey.at(-1)?.arrivesAt ?? 0) - (journey[0]?.departsAt ?? 0)

const [shortestChange, longestChange] = [50 * 60_000, 6 * 3_600_000]
const mostAirports = 3
const mostHubs = 5

/** The journeys of a day, in an order that never changes: the shortest first. */
export function findJourneys(
  seed: string,
  { origin, destination, departureDate }: SearchedSlice,
  maxConnections: number,
  most: number,
): Journey[] {
  const found = airportsOf(origin).flatMap((from) =>
    airportsOf(destination).flatMap((to) =>
      routesBetween(from, to, maxConnections).flatMap((route) => journeysAlong(seed, route, departureDate)),
    ),
  )
  const keyOf = (journey: Journey) => journey.map(({ number, origin }) => number + origin.code).join()
  return found
    .sort((a, b) => durationOf(a) - durationOf(b) || (keyOf(a) < keyOf(b) ? -1 : 1))
    .slice(0, most)
    .sort((a, b) => (a[0]?.departsAt ?? 0) - (b[0]?.departsAt ?? 0) || (keyOf(a) < keyOf(b) ? -1 : 1))
}

function airportsOf(code: string): Place[] {
  const place = placeOf(code)
  const codes = place?.type === 'city' ? (place.airports ?? []) : [code]
  return codes.slice(0, mostAirports).flatMap((one) => placeOf(one) ?? [])
}

/** Direct, and by way of the hubs that are least out of the way. */
function routesBetween(from: Place, to: Place, maxConnections: number): Place[][] {
  const between = hubs
    .flatMap((code) => placeOf(code) ?? [])
    .filter((hub) => hub.city !== from.city && hub.city !== to.city)
  const detour = (hub: Place) => distanceBetween(from, hub) + distanceBetween(hub, to)
  const longest = 1.6 * distanceBetween(from, to) + 500
  const near = between
    .filter((hub) => detour(hub) < longest)
    .sort((a, b) => detour(a) - detour(b))
    .slice(0, mostHubs)
  const routes = [[from, to]]
  if (maxConnections > 0) routes.push(...near.map((hub) => [from, hub, to]))
  if (maxConnections > 1)
    for (const first of near.slice(0, 3))
      for (const second of near.slice(0, 3)) if (first !== second) routes.push([from, first, second, to])
  return routes
}

function journeysAlong(seed: string, route: readonly Place[], date: string): Journey[] {
  const [from, to, ...rest] = route as [Place, Place, ...Place[]]
  const first = flightsOn(seed, from, to, date)
  if (rest.length === 0) return first.map((flight) => [flight])
  return first.flatMap((flight) => {
    const arrival = toLocal(flight.arrivesAt, to.timeZone).slice(0, 10)
    return [arrival, addDays(arrival, 1)]
      .flatMap((day) => journeysAlong(seed, [to, ...rest], day))
      .filter(([next]) => next && isChange(next.departsAt - flight.arrivesAt))
      .map((others) => [flight, ...others])
  })
}

const isChange = (wait: number): boolean => wait >= shortestChange && wait <= longestChange
