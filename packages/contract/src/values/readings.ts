const most = 48

/**
 * The values that a server may read where a value is written as text, in a URL, a header or a form: `5` may be a text
 * or a number, and `a,b` a text or a list. Nothing is invalid that is valid in one of these readings.
 */
export function readingsOf(value: unknown): unknown[] {
  if (Array.isArray(value)) {
    const lists = product(value.map(readingsOf))
    return value.length === 1 ? [...lists, ...readingsOf(value[0])] : lists
  }
  if (value !== null && typeof value === 'object') {
    const names = Object.keys(value)
    const objects = product(Object.values(value).map(readingsOf)).map((list) =>
      Object.fromEntries(names.map((name, index) => [name, list[index]])),
    )
    const text = JSON.stringify(value)
    return [...objects, text, [text]]
  }
  const text = value === null ? '' : String(value)
  const single = readText(text)
  return [
    ...single,
    ...single.map((one) => [one]),
    ...[',', '|', ' '].filter((mark) => text.includes(mark)).map((mark) => text.split(mark)),
  ]
}

function readText(text: string): unknown[] {
  const readings: unknown[] = [text]
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) readings.push(Number(text))
  if (/^(true|1|yes|on)$/i.test(text)) readings.push(true)
  if (/^(false|0|no|off)$/i.test(text)) readings.push(false)
  if (/^(null)?$/i.test(text)) readings.push(null)
  if (/^\s*[[{]/.test(text)) {
    try {
      readings.push(JSON.parse(text))
    } catch {
      // It is only text.
    }
  }
  return readings
}

function product(lists: unknown[][]): unknown[][] {
  let rows: unknown[][] = [[]]
  for (const list of lists) rows = rows.flatMap((row) => list.map((one) => [...row, one])).slice(0, most)
  return rows
}
