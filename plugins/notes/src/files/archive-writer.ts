import { Readable } from 'node:stream'
import { ZipFile } from 'yazl'
import { type MarkdownFile, toMarkdown } from '../markdown/markdown.ts'

/** A Markdown file whose text is read when the archive gets to it. */
export interface LazyFile extends Omit<MarkdownFile, 'text'> {
  /** Without the extension. */
  name: string
  text: () => Promise<string>
}

/** Returns a zip archive of Markdown files as a stream. */
export async function writeArchive(files: AsyncIterable<LazyFile>): Promise<Readable> {
  const zip = new ZipFile()
  for await (const { name, text, ...file } of files)
    zip.addReadStreamLazy(`${name}.md`, file.updatedAt ? { mtime: new Date(file.updatedAt) } : {}, (callback) => {
      text().then(
        (text) => callback(null, Readable.from([toMarkdown({ ...file, text })])),
        (error) => callback(error, Readable.from([])),
      )
    })
  zip.end()
  return Readable.from(zip.outputStream)
}
