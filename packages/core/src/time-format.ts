const forms: Record<string, string> = {
  datetime: 'a date and time with an offset, such as 2026-03-01T09:00:00Z or 2026-03-01T09:00:00+02:00',
  date: 'a date such as 2026-03-01',
  time: 'a time such as 09:00:00',
  duration: 'a duration such as P1D or PT15M',
}
const lostPlus = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}\S*) (?=\d{2}:?\d{2}$)/

/** Puts back the plus of an offset that was not encoded: in a query it is a blank. */
export const restorePlus = (text: string): string => text.replace(lostPlus, '$1+')

/** What a valid value of an ISO 8601 format is, and what is wrong with this one. Undefined for another format. */
export function describeFormat(format: string, value: unknown): string | undefined {
  const form = forms[format]
  if (form === undefined) return undefined
  const faults = format === 'datetime' && typeof value === 'string' ? faultsOf(value) : []
  return [`must be ${form}`, ...faults].join('; ')
}

function faultsOf(value: string): string[] {
  const parts =
    /^\d{4}-\d{2}-\d{2}(?:([T ])\d{2}:\d{2}(:\d{2}(?:\.\d+)?)?\s*(Z|[+-]\d{2}(:\d{2})?(?:\d{2})?)?)?$/i.exec(value)
  if (lostPlus.test(value)) return ['the plus of the offset was lost: in a URL write it as %2B']
  if (!parts) return []
  const [, mark, seconds, offset, minutes] = parts
  if (mark === undefined) return ['the time is missing']
  const faults: string[] = []
  if (mark === ' ') faults.push('a T must be between the date and the time')
  if (mark === 't' || offset === 'z') faults.push('T and Z must be capital letters')
  if (seconds === undefined) faults.push('the seconds are missing')
  if (offset === undefined) faults.push('the offset is missing: add Z for UTC')
  else if (offset.length > 1 && minutes === undefined) faults.push('the offset must have the form +02:00')
  return faults.length > 0 ? faults : ['this time does not exist']
}
