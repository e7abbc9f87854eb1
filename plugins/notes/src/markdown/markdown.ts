import { stringify } from 'yaml'
import { longestTitle, readFrontMatter, shorten, toLine } from './front-matter.ts'
import { firstHeading } from './heading.ts'

/** The content of a Markdown file and its front matter. Times are in ISO 8601, or undefined if the file has none. */
export interface MarkdownFile {
  title: string
  text: string
  tags: string[]
  createdAt: string | undefined
  updatedAt: string | undefined
}

/** The title is undefined if neither the front matter nor a heading gives one. */
export interface UntitledFile extends Omit<MarkdownFile, 'title'> {
  title: string | undefined
}

/**
 * Reads title, tags and times from the front matter. Without a title there, the first heading is the title.
 * Front matter that says anything else, or that is not understood completely, stays in the text, so that nothing is lost.
 */
export function readMarkdown(file: string): UntitledFile {
  const content = file.replace(/^\ufeff/, '')
  const front = readFrontMatter(content)
  const body = content.slice(front?.end ?? 0)
  const heading = front?.title === undefined ? firstHeading(body) : undefined
  return {
    title: front?.title ?? (heading && shorten(toLine(heading), longestTitle)),
    text: front?.isWhole ? body : content,
    tags: front?.tags ?? [],
    createdAt: front?.createdAt,
    updatedAt: front?.updatedAt,
  }
}

/**
 * The title for a file that gives none itself. macOS writes an accent in a name as a character of its own. Characters that
 * nobody sees are left out: controls, and those that change the direction.
 */
export const titleFromName = (fileName: string): string => {
  const visible = fileName.normalize().replaceAll(/[[\p{Cc}\u200b\u202a-\u202e\u2066-\u2069]--\s]/gv, '')
  return shorten(toLine(visible.replace(/\.(md|markdown|txt)$/i, '')), longestTitle) || 'Untitled'
}

/** Reads a file as {@link readMarkdown} does, with its name as the last choice for the title. */
export function fromMarkdown(fileName: string, content: string): MarkdownFile {
  const { title, ...file } = readMarkdown(content)
  return { title: title ?? titleFromName(fileName), ...file }
}

export function toMarkdown({ title, tags, createdAt, updatedAt, text }: MarkdownFile): string {
  const facts = {
    title,
    // Readers take one # at the beginning as a mark of a tag.
    ...(tags.length > 0 && { tags: tags.map((tag) => (tag.startsWith('#') ? `#${tag}` : tag)) }),
    created: createdAt,
    updated: updatedAt,
  }
  return `---\n${stringify(facts, { lineWidth: 0, blockQuote: false })}---\n\n${text}`
}
