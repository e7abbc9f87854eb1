import type { Reading, Transaction } from '@reference-plugins/store'
import { type BookedJourney, seatsFor } from './booked-journey.ts'
import { seatKey, seatsOn } from './fares.ts'
import type { Journey } from './journeys.ts'

/** The seats that have been sold or are held. Those of a held order are free again when it has expired. */
export class Seats {
  readonly #seed: string

  constructor(seed: string) {
    this.#seed = seed
  }

  /** Reads what is taken on the flights of these journeys, and returns whether one of them has enough seats. */
  async open(reading: Reading, journeys: readonly Journey[], booked: BookedJourney, now: number, exceptOrder = '') {
    const departures = journeys.flat().map(({ departsAt }) => departsAt)
    const rows = await reading.all<{ flight: string; seats: number }>`
      SELECT flight, CAST(sum(seats) AS INTEGER) AS seats FROM timetable_seat
      WHERE departs_at >= ${Math.min(...departures)} AND departs_at <= ${Math.max(...departures)}
        AND taken_until > ${now} AND order_id <> ${exceptOrder}
      GROUP BY flight`
    const taken = new Map(rows.map(({ flight, seats }) => [flight, seats]))
    return (journey: Journey): boolean =>
      journey.every((flight) => {
        const left =
          seatsOn(this.#seed, flight, booked.cabinClass) - (taken.get(seatKey(flight, booked.cabinClass)) ?? 0)
        return left >= seatsFor(booked)
      })
  }

  async take(
    transaction: Transaction,
    orderId: string,
    journeys: readonly Journey[],
    booked: BookedJourney,
    until: number,
  ) {
    for (const flight of journeys.flat())
      await transaction.run`
        INSERT INTO timetable_seat (flight, order_id, departs_at, seats, taken_until)
        VALUES (${seatKey(flight, booked.cabinClass)}, ${orderId}, ${flight.departsAt}, ${seatsFor(booked)}, ${until})`
  }

  async keep(transaction: Transaction, orderId: string, until: number): Promise<void> {
    await transaction.run`UPDATE timetable_seat SET taken_until = ${until} WHERE order_id = ${orderId}`
  }

  async free(transaction: Transaction, orderId: string): Promise<void> {
    await transaction.run`DELETE FROM timetable_seat WHERE order_id = ${orderId}`
  }
}
