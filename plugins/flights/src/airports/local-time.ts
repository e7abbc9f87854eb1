const formats = new Map<string, Intl.DateTimeFormat>()

/** `+02:00` for a zone at an instant, in minutes. */
function offsetAt(instant: number, timeZone: string): number {
  const format = formats.get(timeZone) ?? new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' })
  formats.set(timeZone, format)
  const name = format.formatToParts(instant).find(({ type }) => type === 'timeZoneName')?.value ?? ''
  const [, sign = '+', hours = '0', minutes = '0'] = /GMT([+-])(\d\d):(\d\d)/.exec(name) ?? []
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
}

/**
 * The instant, in milliseconds, of a local time without a zone, such as `2026-12-24T08:30:00`. A time that a change of
 * the clocks skips is taken as if they had not been changed yet; of a time that comes twice it is the first.
 */
export function instantOf(local: string, timeZone: string): number {
  const asUtc = Date.parse(`${local}Z`)
  const before = asUtc - offsetAt(asUtc - 86_400_000, timeZone) * 60_000
  const after = asUtc - offsetAt(before, timeZone) * 60_000
  return offsetAt(after, timeZone) === offsetAt(before, timeZone) ? after : Math.max(before, after)
}

/** ISO 8601, such as PT2H35M. */
export function durationOf(milliseconds: number): string {
  const minutes = Math.round(milliseconds / 60_000)
  const hours = Math.floor(minutes / 60)
  return `PT${hours > 0 ? `${hours}H` : ''}${minutes % 60 > 0 || hours === 0 ? `${minutes % 60}M` : ''}`
}
