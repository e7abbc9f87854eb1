import { userInput } from './change-operations.ts'

const readmeSection = /^## Who may call it\n[\s\S]*?(?=^## |^Next: |$(?![\s\S]))/m
const legalSection = /^ *<h2>Who has access<\/h2>\n[\s\S]*?(?=^ *<h2>|^ *<\/body>)/m

/** Takes a section of a document from another document, if both have it. */
function takeSection(text: string, model: string, section: RegExp): string {
  const taken = section.exec(model)?.[0]
  return taken === undefined ? text : text.replace(section, () => taken)
}

export const changeLegal = (text: string, model: string): string => takeSection(text, model, legalSection)

/** Changes the section about auth in a README, and the lines about files that came or went. */
export function changeReadme(text: string, model: string, files: ReadonlySet<string>): string {
  const row = /^\| `((?:src|test|views)\/[^`]*)` .*\n/gm
  const lines = text.replaceAll(row, (line, path) => (path.endsWith('.ts') && !files.has(path) ? '' : line))
  const known = Array.from(lines.matchAll(row), ([, path]) => path)
  const added = Array.from(model.matchAll(row))
    .filter(
      ([, path = '']) =>
        path.endsWith('.ts') && files.has(path) && !known.includes(path) && /token|settings/.test(path),
    )
    .map(([line]) => line)
  const rows = Array.from(lines.matchAll(row))
  const last = rows.findLast(([, path = '']) => path.startsWith('src/'))
  const at = last ? last.index + last[0].length : 0
  return alignTables(
    takeSection(last ? lines.slice(0, at) + added.join('') + lines.slice(at) : lines, model, readmeSection),
  )
}

/** Removes the name of the user from the calls in a document, a recorded conversation, a script of calls or a page. */
export const withoutUser = (text: string): string =>
  text
    .replaceAll(`/{${userInput}}`, '')
    .replaceAll(new RegExp(`^ *"${userInput}": "[^"]*",?\\n`, 'gm'), '')
    .replaceAll(/,\n(?=\s*\}$)/gm, '\n')
    .replaceAll(/^\{\n\}$/gm, '{}')
    .replaceAll(new RegExp(`\\b${userInput}: '[^']*',? ?`, 'g'), '')
    .replaceAll('input: {  }', 'input: {}')
    .replaceAll('input: { }', 'input: {}')
    .replaceAll(new RegExp(`^ *(?:let ${userInput} = ''|${userInput} = input\\.${userInput})\\n`, 'gm'), '')
    .replaceAll(`{ ${userInput}, `, '{ ')

/** Gives the columns of each table the width of their longest cell. */
function alignTables(text: string): string {
  return text.replaceAll(/(?:^\|.*\|\n)+/gm, (table) => {
    const rows = table
      .trimEnd()
      .split('\n')
      .map((line) =>
        line
          .slice(1, -1)
          .split(/(?<!\\)\|/)
          .map((cell) => cell.trim()),
      )
    const widths = (rows[0] ?? []).map((_, column) =>
      Math.max(...rows.map((cells) => (/^-+$/.test(cells[column] ?? '') ? 3 : (cells[column] ?? '').length))),
    )
    const lines = rows.map((cells) => {
      const padded = cells.map((cell, column) =>
        /^-+$/.test(cell) ? '-'.repeat(widths[column] ?? 3) : cell.padEnd(widths[column] ?? 0),
      )
      return `| ${padded.join(' | ')} |\n`
    })
    return lines.join('')
  })
}
