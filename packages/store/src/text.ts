// A character that no script uses (private use area). It marks what follows it, and itself when doubled.
const mark = '\uE000'
const marked = /\uE000(.)/gsu

/**
 * Text as it is kept. NUL becomes a marked 0, since node:sqlite of Node 22 ends a text at the first NUL when it reads,
 * and Postgres keeps none.
 */
export function encodeText(text: string): string {
  if (!(text.includes('\0') || text.includes(mark))) return text
  return text.replaceAll(mark, mark + mark).replaceAll('\0', `${mark}0`)
}

export function decodeText(text: string): string {
  return text.includes(mark) ? text.replace(marked, (_, character) => (character === '0' ? '\0' : character)) : text
}
