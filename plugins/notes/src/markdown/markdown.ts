import { parse, stringify } from 'yaml'

/** The content of a Markdown file and its front matter. Times are in ISO 8601, or undefined if the file has none. */
export interface MarkdownFile {
  title: string
  text: string
  tags: string[]
  createdAt: string | undefined
  updatedAt: string | undefined
}

// Front matter as static site generators and note apps write it.
const frontMatter = /^---\r?\n([\s\S]{0,4000}?)\r?\n---\r?\n(\r?\n)?/

/**
 * Reads title, tags and times from the front matter. Without a title there, the first heading or the file name is the title.
 * If the front matter has other members, it stays in the text, so that nothing is lost.
 */
export function fromMarkdown(fileName: string, content: string): MarkdownFile {
  const found = frontMatter.exec(content)
  const facts = found ? readFacts(found[1] ?? '') : undefined
  const { title, tags, created, updated, ...more } = facts ?? {}
  const text = facts && Object.keys(more).length === 0 ? content.slice(found?.[0].length) : content
  const heading = /^# +(.+)$/m.exec(text.slice(0, 2000))?.[1]
  return {
    title: shorten(String(title ?? heading ?? fileName.replace(/\.\w+$/, '')), 200) || 'Untitled',
    text,
    tags: toTags(tags),
    createdAt: toTime(created),
    updatedAt: toTime(updated),
  }
}

export function toMarkdown({ title, tags, createdAt, updatedAt, text }: MarkdownFile): string {
  const facts = { title, ...(tags.length > 0 && { tags }), created: createdAt, updated: updatedAt }
  return `---\n${stringify(facts, { lineWidth: 0 })}---\n\n${text}`
}

function readFacts(yaml: string): Record<string, unknown> | undefined {
  try {
    const facts = parse(yaml, { maxAliasCount: 0 }) as unknown
    return facts !== null && typeof facts === 'object' && !Array.isArray(facts) ? { ...facts } : undefined
  } catch {
    return undefined
  }
}

/** Tags are written as `[a, b]`, `a, b` or `a b`. */
function toTags(tags: unknown): string[] {
  const list = Array.isArray(tags) ? tags : typeof tags === 'string' ? tags.split(tags.includes(',') ? ',' : /\s+/) : []
  const texts = list.filter((tag) => typeof tag === 'string' || typeof tag === 'number').map((tag) => String(tag))
  return texts
    .map((tag) => shorten(tag.trim().replace(/^#/, ''), 40))
    .filter((tag) => tag !== '')
    .slice(0, 20)
}

function toTime(time: unknown): string | undefined {
  const date = new Date(typeof time === 'string' || time instanceof Date ? time : Number.NaN)
  return Number.isNaN(date.getTime()) || date.getUTCFullYear() < 0 || date.getUTCFullYear() > 9999
    ? undefined
    : date.toISOString()
}

const shorten = (text: string, longest: number): string =>
  Array.from(text.toWellFormed().replaceAll(/\s+/g, ' ').trim()).slice(0, longest).join('')
