/** In minutes east of UTC: RFC 822's zones, and those that feeds use besides. Of names with several meanings, the usual one. */
const offsets: Record<string, number> = {
  ...{ z: 0, ut: 0, utc: 0, gmt: 0, wet: 0, west: 60, bst: 60, cet: 60, cest: 120, met: 60, mest: 120, mez: 60 },
  ...{ mesz: 120, eet: 120, eest: 180, msk: 180, msd: 240, trt: 180, wat: 60, cat: 120, sast: 120, eat: 180 },
  ...{ est: -300, edt: -240, cst: -360, cdt: -300, mst: -420, mdt: -360, pst: -480, pdt: -420 },
  ...{ akst: -540, akdt: -480, hst: -600, ast: -240, adt: -180, nst: -210, ndt: -150, brt: -180, art: -180 },
  ...{ clt: -240, clst: -180, cot: -300, pet: -300, ect: -300, vet: -240, bot: -240, pyt: -180, uyt: -180, brst: -120 },
  ...{ irst: 210, aft: 270, uzt: 300, bdt: 360, mmt: 390, myt: 480, wita: 480, wit: 540, chst: 600, idt: 180 },
  ...{ samt: 240, yekt: 300, omst: 360, krat: 420, novt: 420, irkt: 480, yakt: 540, vlat: 600, magt: 660, pett: 720 },
  ...{ gst: 240, pkt: 300, ist: 330, npt: 345, ict: 420, wib: 420, hkt: 480, sgt: 480, pht: 480, awst: 480 },
  ...{ jst: 540, kst: 540, acst: 570, acdt: 630, aest: 600, aedt: 660, nzst: 720, nzdt: 780 },
}
/** Zones whose offset depends on the day. */
const places: Record<string, string> = {
  et: 'America/New_York',
  ct: 'America/Chicago',
  mt: 'America/Denver',
  pt: 'America/Los_Angeles',
}

/**
 * The minutes east of UTC that a zone has at a local time, given as if it were UTC. A zone is an offset (`+5:30`,
 * `GMT+0100`), a name (`CEST`, `Eastern Standard Time`) or a place (`America/Chicago`). Military letters and names that nobody knows count as UTC
 * (RFC 2822, section 4.3). Undefined for an offset that does not exist.
 */
export function zoneOffset(zone: string, local: number): number | undefined {
  const numbers = /([+-])(\d{1,2}):?(\d{2})?$/.exec(zone.replace('−', '-'))
  if (numbers) {
    const [, sign, hours, minutes = '0'] = numbers
    const offset = Number(hours) * 60 + Number(minutes)
    return Number(minutes) < 60 && offset <= 14 * 60 ? (sign === '-' ? -offset : offset) : undefined
  }
  const name = (zone.endsWith('Time') ? initialsOf(zone) : zone).toLowerCase()
  // `America/Chicago` and `PST8PDT` are names of the time zone database.
  const place = /[/\d]/.test(name) ? zone : places[name]
  return (place === undefined ? undefined : placeOffset(place, local)) ?? offsets[name] ?? 0
}

/** `Eastern Standard Time` is EST. In Europe the standard time has no S. */
const initialsOf = (zone: string): string =>
  zone
    .replace('European Standard', 'European')
    .split(' ')
    .map((word) => word[0])
    .join('')

const formats = new Map<string, Intl.DateTimeFormat | undefined>()
const mostFormats = 100

/** A format takes longer to make than to use, and a feed has the same zone again and again. */
function formatOf(timeZone: string): Intl.DateTimeFormat | undefined {
  if (!formats.has(timeZone)) {
    if (formats.size === mostFormats) formats.clear()
    formats.set(timeZone, newFormat(timeZone))
  }
  return formats.get(timeZone)
}

function newFormat(timeZone: string): Intl.DateTimeFormat | undefined {
  const numeric = 'numeric'
  try {
    return new Intl.DateTimeFormat('en', {
      ...{ timeZone, hourCycle: 'h23', year: numeric, month: numeric, day: numeric, hour: numeric, minute: numeric },
    })
  } catch {
    return undefined
  }
}

function placeOffset(timeZone: string, local: number): number | undefined {
  const format = formatOf(timeZone)
  if (!format) return undefined
  const offsetAt = (any: number): number => {
    const time = any - (any % 60_000)
    const part = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, Number(value)]))
    const shown = Date.UTC(part.year ?? 0, (part.month ?? 1) - 1, part.day, part.hour, part.minute)
    return Math.round((shown - time) / 60_000)
  }
  // The offset at the local time taken for UTC may be of the other half of the year, so it is taken again.
  return offsetAt(local - offsetAt(local) * 60_000)
}
