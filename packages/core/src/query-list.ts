import { parseJson } from './json.ts'

/** Whether a value may be an item of the list. */
export type Fits = (item: unknown) => boolean

const longestText = 10_000

/**
 * Reads one text of a query that stands for a list. Specs say `name=a&name=b`, but clients also send a JSON list, or the
 * items with commas between them. A text that may be an item itself is one.
 * @param convert converts the text of one item
 */
export function readListText(text: string, convert: (text: string) => unknown, fits: Fits): unknown[] {
  const whole = convert(text)
  if (text.length > longestText) return [whole]
  const list = parseList(text)
  if (list?.every(fits)) return list
  if (fits(whole)) return [whole]
  const inner = text.trim().replace(/^\[(.*)\]$/s, '$1')
  for (const separator of [',', ';', '|']) {
    const items = inner.split(separator).map(unquote)
    const read = items.filter((item) => item !== '').map(convert)
    if (read.length > 0 && read.every(fits)) return read
  }
  return [whole]
}

function parseList(text: string): unknown[] | undefined {
  if (!/^\s*\[.*\]\s*$/s.test(text)) return undefined
  try {
    const list = parseJson(text)
    return Array.isArray(list) ? list : undefined
  } catch {
    return undefined
  }
}

const unquote = (item: string): string => item.trim().replace(/^(["'])(.*)\1$/s, '$2')

/** The texts of a list: `name=a&name=b`, or as some clients write it `name[]=a&name[]=b` or `name[0]=a&name[1]=b`. */
export function listTexts(query: Map<string, string[]>, name: string): string[] | undefined {
  const texts = [...(query.get(name) ?? []), ...(query.get(`${name}[]`) ?? [])]
  const indexed = [...query.keys()].filter(
    (key) => key.startsWith(`${name}[`) && /^\[\d+\]$/.test(key.slice(name.length)),
  )
  // Clients that leave out an empty item leave out its index too.
  indexed.sort((one, other) => Number(one.slice(name.length + 1, -1)) - Number(other.slice(name.length + 1, -1)))
  for (const key of indexed) texts.push(...(query.get(key) as string[]))
  return texts.length > 0 ? texts : undefined
}
