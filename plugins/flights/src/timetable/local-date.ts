const formats = new Map<string, Intl.DateTimeFormat>()

/** Local time without a zone, such as `2026-03-12T07:35:00`. */
export function toLocal(instant: number, timeZone: string): string {
  // Swedish dates are those of ISO 8601.
  const format =
    formats.get(timeZone) ?? new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short', timeStyle: 'medium' })
  formats.set(timeZone, format)
  return format.format(instant).replace(' ', 'T')
}

/** @param date YYYY-MM-DD */
export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)

/** The date in UTC. */
export const dateOf = (instant: number): string => new Date(instant).toISOString().slice(0, 10)

/**
 * The timetable is the same each year, so a day that has passed means the next such day that is at least a week ahead: a
 * recorded conversation can be played whenever, and what it holds can be held.
 */
export function inFuture<Slice extends { departureDate: string }>(slices: readonly Slice[], now: number): Slice[] {
  const today = addDays(dateOf(now), -1)
  const first = slices[0]?.departureDate ?? today
  const earliest = addDays(today, 8)
  const [year, thatYear] = [first, earliest].map((date) => Number(date.slice(0, 4))) as [number, number]
  const years = first >= today ? 0 : thatYear - year + (first.slice(4) < earliest.slice(4) ? 1 : 0)
  return slices.map((slice) => ({ ...slice, departureDate: addYears(slice.departureDate, years) }))
}

function addYears(date: string, years: number): string {
  const moved = `${Number(date.slice(0, 4)) + years}${date.slice(4)}`
  // 29 February is not in every year.
  return addDays(moved, 0)
}
