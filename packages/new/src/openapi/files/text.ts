/** A text in the quotes of TypeScript. */
export function quoted(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll("'", "\\'")
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
  return `'${escaped}'`
}

/** A comment of lines, wrapped at the width of the code around it. */
export function comment(text: string, indent = ''): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.replaceAll(/\s+/g, ' ').trim().split(' ')) {
    if (line !== '' && `${indent}// ${line} ${word}`.length > 115) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].map((one) => `${indent}// ${one}\n`).join('')
}

/** Words of which directories refuse the first two, in a text for people. */
export const withoutClaims = (text: string): string => text.replaceAll(/plug-?ins?|chatgpt|openai/gi, 'API')
