import type { Database } from '@reference-plugins/store'
import type { Fares } from './booked-journey.ts'
import type { OrderDesk } from './order-desk.ts'
import type { Seats } from './seats.ts'

/** What all parts of the timetable work with. */
export interface Desk {
  database: Database
  /** In milliseconds since 1970. */
  now: () => number
  fares: Fares
  seats: Seats
  orders: OrderDesk
}
