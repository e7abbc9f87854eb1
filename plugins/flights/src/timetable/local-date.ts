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
