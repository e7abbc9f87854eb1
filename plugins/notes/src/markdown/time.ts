const form =
  /^(\d{4})-(\d\d)-(\d\d)(?:(?:[Tt]|[ \t]+)(\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(?:[ \t]*([Zz]|[+-]\d\d(?::?\d\d)?))?)?$/

/**
 * Reads a time in ISO 8601, or in the looser form of YAML (`2024-01-05 10:00:00 +0900`). A time without a zone is read as
 * UTC, as YAML and Hugo do.
 * @returns the time in UTC, and whether it says all that was written; undefined for every other form
 */
export function readTime(written: string): { time: string; isExact: boolean } | undefined {
  const found = form.exec(written.trim())
  if (!found) return undefined
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map((part) => Number(part ?? 0)) as Six
  const [fraction = '', zone] = found.slice(7)
  const offset = zone === undefined ? 0 : readOffset(zone)
  const time = new Date(0)
  time.setUTCFullYear(year, month - 1, day)
  const isOnCalendar = time.getUTCMonth() === month - 1 && time.getUTCDate() === day
  if (!isOnCalendar || hour > 23 || minute > 59 || second > 59 || offset === undefined) return undefined
  time.setUTCHours(hour, minute - offset, second, Number(fraction.slice(0, 3).padEnd(3, '0')))
  if (time.getUTCFullYear() < 0 || time.getUTCFullYear() > 9999) return undefined
  const isExact = (found[4] === undefined || zone !== undefined) && /^0*$/.test(fraction.slice(3))
  return { time: time.toISOString(), isExact }
}

type Six = [year: number, month: number, day: number, hour: number, minute: number, second: number]

/** In minutes. */
function readOffset(zone: string): number | undefined {
  if (/^z$/i.test(zone)) return 0
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(3).replace(':', '') || 0)]
  if (hours > 23 || minutes > 59) return undefined
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes)
}
