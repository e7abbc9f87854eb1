import { readToml, readYaml, type Value } from './members.ts'
import { readTime } from './time.ts'

export const longestTitle = 200
export const longestTag = 40
export const mostTags = 20
// More than twice as long as the longest that an export writes.
const longestFrontMatter = 32_768

/** What the front matter of a file says. Times are in ISO 8601. */
export interface FrontMatter {
  title: string | undefined
  tags: string[]
  createdAt: string | undefined
  updatedAt: string | undefined
  /** It says nothing else, so nothing is lost if it is cut out of the text. */
  isWhole: boolean
  /** Where the text after it begins. */
  end: number
}

/**
 * Reads the front matter of Obsidian, Jekyll, Hugo and static site generators: YAML between lines of `---`, or TOML
 * between lines of `+++`.
 * @returns undefined if the file does not begin with front matter
 */
export function readFrontMatter(content: string): FrontMatter | undefined {
  const block = findBlock(content)
  if (!block) return undefined
  const read = block.fence === '---' ? readYaml(block.source) : readToml(block.source)
  if (read === 'no front matter') return undefined
  const facts = new Facts()
  if (read === 'not understood') facts.isWhole = false
  else {
    facts.isWhole = !read.saysMore
    for (const [key, value] of read.members) facts.add(key, value)
  }
  const { title, tags, created, updated, isWhole } = facts
  return { title, tags: tags ?? [], createdAt: created, updatedAt: updated, isWhole, end: block.end }
}

interface Block {
  fence: '---' | '+++'
  source: string
  end: number
}

/** Blanks may follow the fences, YAML may end in `...`, and the file may end with the closing fence. */
function findBlock(content: string): Block | undefined {
  const opening = /^(---|\+\+\+)[ \t]*\r?\n/.exec(content)
  if (!opening) return undefined
  const fence = opening[1] as Block['fence']
  const start = opening[0].length
  const closing = fence === '---' ? /^(?:---|\.\.\.)[ \t]*\r?$/ : /^\+\+\+[ \t]*\r?$/
  for (let at = start; at < content.length && at - start < longestFrontMatter; ) {
    const lineEnd = content.indexOf('\n', at)
    const line = content.slice(at, lineEnd < 0 ? undefined : lineEnd)
    if (closing.test(line)) return { fence, source: content.slice(start, at), end: skipLine(content, lineEnd) }
    if (lineEnd < 0) return undefined
    at = lineEnd + 1
  }
  return undefined
}

/** The place after the line break, and after one empty line. */
function skipLine(content: string, lineEnd: number): number {
  if (lineEnd < 0) return content.length
  const empty = /^\r?\n/.exec(content.slice(lineEnd + 1, lineEnd + 3))
  return lineEnd + 1 + (empty?.[0].length ?? 0)
}

/** Collects the members that a note has, and remembers whether anything else was said. */
class Facts {
  title: string | undefined
  tags: string[] | undefined
  created: string | undefined
  updated: string | undefined
  isWhole = true

  add(key: string, value: Value): void {
    if (!this.#take(key.toLowerCase(), value)) this.isWhole = false
  }

  /** Returns whether the member was understood completely. */
  #take(key: string, value: Value): boolean {
    switch (key) {
      case 'title':
        return value === 'empty' || this.#takeTitle(value)
      case 'tags':
      case 'tag':
        return value === 'empty' || this.#takeTags(value)
      case 'created':
      case 'updated':
        return value === 'empty' || this.#takeTime(key, value)
      // These are close in meaning, so the time is used, and what was written stays.
      case 'date':
        this.#takeTime('created', value)
        return false
      case 'modified':
      case 'lastmod':
        this.#takeTime('updated', value)
        return false
      default:
        return false
    }
  }

  #takeTitle(value: Value): boolean {
    const written = textOf(value)
    if (!written || this.title !== undefined) return false
    const isFolded = typeof value === 'object' && 'isFolded' in value && value.isFolded
    this.title = shorten(isFolded ? toLine(written) : written, longestTitle) || undefined
    return this.title === (isFolded ? written.trimEnd() : written)
  }

  #takeTags(value: Value): boolean {
    if (typeof value !== 'object' || this.tags) return false
    const written = 'list' in value ? value.list : splitTags(value.text)
    const tags = written.map((tag) => tag?.replace(/^#/, ''))
    const fitting = tags.filter(
      (tag) => tag !== undefined && tag !== '' && shorten(tag, longestTag) === tag,
    ) as string[]
    const unique = [...new Set(fitting)]
    this.tags = unique.slice(0, mostTags)
    return fitting.length === written.length && unique.length <= mostTags
  }

  #takeTime(name: 'created' | 'updated', value: Value): boolean {
    const written = textOf(value)
    const read = written === undefined ? undefined : readTime(written)
    if (!read || this[name] !== undefined) return false
    this[name] = read.time
    return read.isExact
  }
}

const textOf = (value: Value): string | undefined =>
  typeof value === 'object' && 'text' in value ? value.text : undefined

/** Tags are separated by commas, or by blanks if there is no comma. */
const splitTags = (text: string): string[] =>
  text
    .split(text.includes(',') ? ',' : /\s+/)
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '')

export const toLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim()

/** At most so many characters, without half a surrogate pair. */
export const shorten = (text: string, longest: number): string => {
  const wellFormed = text.toWellFormed()
  return wellFormed.length <= longest ? wellFormed : Array.from(wellFormed).slice(0, longest).join('')
}
