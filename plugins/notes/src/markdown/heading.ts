import { fromMarkdown } from 'mdast-util-from-markdown'
import { toString as toText } from 'mdast-util-to-string'

// Parsing costs about a microsecond for each character, and an import has thousands of notes.
const longestBeginning = 10_000
const perhapsHeading = /^ {0,3}(?:#[ \t]|=+[ \t]*$)/m

/**
 * The text of the first heading of level 1, as CommonMark understands it: not in a code block, HTML, a list or a quote.
 * Only the first 10,000 characters are searched.
 */
export function firstHeading(markdown: string): string | undefined {
  const beginning = cutAtLine(markdown, longestBeginning)
  const candidate = perhapsHeading.exec(beginning)
  if (!candidate) return undefined
  return headingIn(cutAtLine(beginning, candidate.index)) ?? headingIn(beginning)
}

/** Up to the end of the line in which the character at `index` is. */
function cutAtLine(text: string, index: number): string {
  const end = text.indexOf('\n', index)
  return end < 0 || end > index + longestBeginning ? text.slice(0, index + longestBeginning) : text.slice(0, end + 1)
}

function headingIn(markdown: string): string | undefined {
  for (const node of fromMarkdown(markdown).children) {
    const text = node.type === 'heading' && node.depth === 1 ? toText(node, { includeHtml: false }).trim() : ''
    if (text !== '') return text
  }
  return undefined
}
