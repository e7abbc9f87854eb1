import { type Day, days, type Store } from './store.ts'

export const minute = 60_000
const quarter = 15 * minute
const week = 7 * 24 * 60 * minute

interface LocalTime {
  day: Day
  /** YYYY-MM-DD. */
  date: string
  /** Since midnight, as a clock on the wall shows it. */
  minutes: number
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** What clocks show in a time zone at an instant, in milliseconds. */
export function localTime(instant: number, timezone: string): LocalTime {
  let format = formats.get(timezone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA', {
      timeZone: timezone,
      dateStyle: 'short',
      timeStyle: 'short',
      hourCycle: 'h23',
    })
    formats.set(timezone, format)
  }
  const [date = '', time = ''] = format.format(instant).split(', ')
  const [hours, minutes] = time.split(':').map(Number) as [number, number]
  return { day: dayOf(date), date, minutes: hours * 60 + minutes }
}

const dayOf = (date: string): Day => days[new Date(`${date}T00:00:00Z`).getUTCDay()] as Day
const dayBefore = (date: string): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) - 24 * 60 * minute).toISOString().slice(0, 10)

/** Whether the store is open at an instant. Hours past midnight belong to the day on which they begin. */
export function isOpen(store: Store, instant: number): boolean {
  const { date, minutes } = localTime(instant, store.timezone)
  const yesterday = dayBefore(date)
  return (
    rangesOf(store, date).some(({ from, to }) => minutes >= from && (to <= from || minutes < to)) ||
    rangesOf(store, yesterday).some(({ from, to }) => to <= from && minutes < to)
  )
}

function rangesOf(store: Store, date: string): { from: number; to: number }[] {
  if (store.closed_on.includes(date.slice(5))) return []
  return store.hours[dayOf(date)].map((range) => {
    const [from = 0, to = 0] = range.split('-').map((time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3)))
    return { from, to }
  })
}

/** When the store opens or closes next, if it does within a week. */
export function nextChange(store: Store, instant: number): number | undefined {
  const now = isOpen(store, instant)
  for (let next = Math.ceil((instant + 1) / quarter) * quarter; next < instant + week; next += quarter)
    if (isOpen(store, next) !== now) return next
  return undefined
}

/** Such as `Thu 26 Nov, 18:30`, in local time. */
export const describeTime = (instant: number, timezone: string): string =>
  `${new Intl.DateTimeFormat('en-GB', { timeZone: timezone, weekday: 'short', day: 'numeric', month: 'short' }).format(instant).replace(',', '')}, ${describeClock(instant, timezone)}`

export const describeClock = (instant: number, timezone: string): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone: timezone, timeStyle: 'short' }).format(instant)

export const toTime = (instant: number): string => new Date(instant).toISOString()
