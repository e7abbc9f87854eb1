// A character that no script uses (private use area). It escapes the next character; doubled, it stands for itself.
const mark = '\uE000'
const marked = /\uE000(.)/gsu

/**
 * Text for the database. NUL becomes an escaped 0, because node:sqlite of Node 22 ends a text at the first NUL when it
 * reads, and Postgres cannot store it.
 */
export function encodeText(text: string): string {
  if (!(text.includes('\0') || text.includes(mark))) return text
  return text.replaceAll(mark, mark + mark).replaceAll('\0', `${mark}0`)
}

export function decodeText(text: string): string {
  return text.includes(mark) ? text.replace(marked, (_, character) => (character === '0' ? '\0' : character)) : text
}
