export { readArchive } from './archive.ts'
export { writeArchive } from './archive-writer.ts'
export { fromMarkdown, type MarkdownFile, toMarkdown } from './markdown.ts'
export { readUpload, type Uploaded } from './upload.ts'
