const around = 80

/** The place in a text where the first word of a query stands, with what is around it, in at most some 200 characters. */
export function snippetOf(text: string, query: string): string {
  const plain = text.replaceAll(/\s+/g, ' ')
  const lower = plain.toLowerCase()
  const places = query
    .toLowerCase()
    .split(/\s+/)
    .map((word) => lower.indexOf(word))
    .filter((place) => place >= 0)
  const place = places.length > 0 ? Math.min(...places) : 0
  const start = Math.max(0, place - around)
  const end = Math.min(plain.length, place + around)
  return `${start > 0 ? '…' : ''}${plain.slice(start, end).toWellFormed()}${end < plain.length ? '…' : ''}`
}
