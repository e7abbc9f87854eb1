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
 * The timetable is the same each year, so a day that has passed means that day of the next year: a recorded conversation
 * can be played whenever.
 */
export function inFuture<Slice extends { departureDate: string }>(slices: readonly Slice[], now: number): Slice[] {
  const today = addDays(dateOf(now), -1)
  const first = slices[0]?.departureDate ?? today
  const [year, thisYear] = [first, today].map((date) => Number(date.slice(0, 4))) as [number, number]
  const years = first >= today ? 0 : thisYear - year + (first.slice(4) < today.slice(4) ? 1 : 0)
  return slices.map((slice) => ({ ...slice, departureDate: addYears(slice.departureDate, years) }))
}

function addYears(date: string, years: number): string {
  const moved = `${Number(date.slice(0, 4)) + years}${date.slice(4)}`
  // 29 February is not in every year.
  return addDays(moved, 0)
}
