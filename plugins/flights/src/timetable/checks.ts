import type { Traveller } from '../order.ts'
import { SourceError } from '../source.ts'
import { type BookedJourney, firstDeparture } from './booked-journey.ts'
import type { Journey } from './journeys.ts'

export const soldOut = () => new SourceError('sold_out', 'There are not enough seats left')

/** @throws SourceError passengers_invalid */
export function checkTravellers(
  { ages }: BookedJourney,
  travellers: readonly Traveller[],
  journeys: readonly Journey[],
): void {
  if (travellers.length !== ages.length)
    throw new SourceError('passengers_invalid', `The offer is for ${ages.length} passengers`)
  const departure = new Date(firstDeparture(journeys)).toISOString().slice(0, 10)
  for (const [index, { bornOn, givenName }] of travellers.entries()) {
    const age = ages[index]
    const years = yearsBetween(bornOn, departure)
    const fits = age === undefined ? years >= 12 : years === age || years === age + 1
    if (!fits)
      throw new SourceError(
        'passengers_invalid',
        `${givenName} is ${years} at departure, and the offer is for ${age === undefined ? 'an adult' : `a child of ${age}`}`,
      )
  }
}

const yearsBetween = (from: string, to: string): number =>
  Number(to.slice(0, 4)) - Number(from.slice(0, 4)) - (to.slice(5) < from.slice(5) ? 1 : 0)

/** Whether each slice begins after the one before has ended. */
export const isInOrder = (journeys: readonly Journey[]): boolean =>
  journeys.every((journey, index) => (journey[0]?.departsAt ?? 0) > (journeys[index - 1]?.at(-1)?.arrivesAt ?? 0))
