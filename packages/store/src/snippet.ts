const around = 80

/** The part of a text around the first word of a query, about 200 characters at most. */
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
