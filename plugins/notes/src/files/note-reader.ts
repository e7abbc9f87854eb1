import { type MarkdownFile, readMarkdown, titleFromName } from '../markdown/markdown.ts'
import { readArchive } from './archive.ts'
import { Budget, deepestArchive, UnreadableArchive } from './budget.ts'
import type { FileName } from './file-names.ts'
import { decodeFile, kindOf } from './file-text.ts'
import type { UploadedFile } from './form.ts'

/** A note that was found in a file, or the reason why the file was refused. */
export type FoundNote = { name: string; file: MarkdownFile; remark?: string } | { name: string; reason: string }

const mostBytesOfCharacter = 4
// A file is longer than its note by its front matter.
const longestFrontMatter = 2 ** 16

/**
 * Reads the notes in the files of an upload and in its archives, one after another, on one budget.
 * @param longestNote in characters
 * @throws UploadRefused
 */
export async function readNotes(files: readonly UploadedFile[], longestNote: number): Promise<FoundNote[]> {
  const reader = new NoteReader(longestNote)
  for (const { name, mediaType, content } of files)
    await reader.read({ name, mediaType, size: content.length, read: async () => content }, 0)
  return reader.found
}

interface ReadableFile {
  name: FileName
  /** Undefined inside an archive. */
  mediaType?: string
  size: number
  read: () => Promise<Buffer>
}

class NoteReader {
  readonly found: FoundNote[] = []
  readonly #budget = new Budget()
  readonly #longestNote: number

  constructor(longestNote: number) {
    this.#longestNote = longestNote
  }

  /** @param depth the archives around the file */
  async read(file: ReadableFile, depth: number): Promise<void> {
    const { name, mediaType, size } = file
    // The name decides before the size, because a photo is larger than a note may be.
    const kind = kindOf(name.text, mediaType ?? 'application/octet-stream')
    if (kind === undefined) return this.#refuse(name, 'it is not a .md, .markdown, .txt or .zip file')
    if (kind === 'archive') {
      if (depth === deepestArchive)
        return this.#refuse(name, `it is an archive inside ${deepestArchive} others: unpack it and send its files`)
      return this.#readArchive(file, depth)
    }
    const tooLong = `it has more than ${this.#longestNote} characters`
    if (size > this.#longestNote * mostBytesOfCharacter + longestFrontMatter) return this.#refuse(name, tooLong)
    const text = decodeFile(await file.read(), mediaType ?? '')
    if (text === undefined) return this.#refuse(name, 'it is not UTF-8 text: save it in UTF-8')
    const note = readMarkdown(text)
    if (isLonger(note.text, this.#longestNote)) return this.#refuse(name, tooLong)
    this.#add(name, note)
  }

  /** An archive that was attached to a note does not stop the import of the others if it cannot be read. */
  async #readArchive(file: ReadableFile, depth: number): Promise<void> {
    try {
      for await (const one of readArchive(await file.read(), this.#budget)) await this.read(one, depth + 1)
    } catch (error) {
      if (depth === 0 || !(error instanceof UnreadableArchive)) throw error
      this.#refuse(file.name, error.message)
    }
  }

  #add(name: FileName, { title, ...note }: ReturnType<typeof readMarkdown>): void {
    if (title !== undefined) this.found.push({ name: shown(name), file: { title, ...note } })
    else if (name.unread) this.#refuse(name, unreadName(name.unread))
    else {
      const file = { title: titleFromName(name.text), ...note }
      const remark = name.guessed && `its title is its name, which was read as ${name.guessed}: check it`
      this.found.push({ name: shown(name), file, ...(remark && { remark }) })
    }
  }

  #refuse(name: FileName, reason: string): void {
    this.found.push({ name: shown(name), reason })
  }
}

const unreadName = (possible: readonly string[]): string =>
  `its name is not UTF-8${possible.length > 0 ? ` and could be ${possible.join(' or ')}` : ''}, and it has no other title: ` +
  'rename it, give it a heading, or pack the archive again with names in UTF-8'

const longestShown = 255
const shown = ({ text }: FileName): string => text.slice(0, longestShown).toWellFormed()

function isLonger(text: string, longest: number): boolean {
  return text.length > longest && (text.length > longest * 2 || Array.from(text).length > longest)
}
