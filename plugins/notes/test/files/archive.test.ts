import assert from 'node:assert/strict'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { ZipFile } from 'yazl'
import { readArchive } from '../../src/markdown/archive.ts'
import { writeArchive } from '../../src/markdown/archive-writer.ts'
import { fromMarkdown } from '../../src/markdown/markdown.ts'

function archive(files: Record<string, string>): Promise<Buffer> {
  const zip = new ZipFile()
  for (const [name, content] of Object.entries(files)) zip.addBuffer(Buffer.from(content), name)
  zip.end()
  return buffer(zip.outputStream as never)
}

test('an archive that is written can be read back', async () => {
  async function* files() {
    for (const title of ['One', '二'])
      yield {
        name: title,
        title,
        tags: ['t'],
        createdAt: undefined,
        updatedAt: undefined,
        text: async () => `of ${title}`,
      }
  }
  const read = await readArchive(await buffer(await writeArchive(files())))
  const notes = read.map(({ name, content }) => fromMarkdown(name, content.toString()))
  assert.deepEqual(
    notes.map(({ title, text }) => [title, text]),
    [
      ['One', 'of One'],
      ['二', 'of 二'],
    ],
  )
})

test('folders and the files that macOS adds are skipped', async () => {
  const read = await readArchive(await archive({ 'folder/a.md': 'a', 'folder/._a.md': 'x', '__MACOSX/a.md': 'x' }))
  assert.deepEqual(
    read.map(({ name }) => name),
    ['a.md'],
  )
})

test('an archive is refused with the reason', async () => {
  const many = Object.fromEntries(Array.from({ length: 1001 }, (_, n) => [`${n}.md`, '']))
  await assert.rejects(readArchive(Buffer.from('no zip')), /cannot be read/)
  await assert.rejects(archive(many).then(readArchive), /more than 1000 files/)
  await assert.rejects(
    archive({ 'a.md': 'x'.repeat(2 ** 20 + 1) }).then(readArchive),
    /a\.md in the zip archive is larger than 1 MiB/,
  )
  const large = Object.fromEntries(Array.from({ length: 33 }, (_, n) => [`${n}.md`, 'x'.repeat(2 ** 20)]))
  await assert.rejects(archive(large).then(readArchive), /larger than 32 MiB/)
})

test('an archive that understates a size is refused', async () => {
  const content = await archive({ 'a.md': 'x'.repeat(5000) })
  const stated = Buffer.alloc(4)
  stated.writeUInt32LE(5000)
  const claimed = Buffer.alloc(4)
  claimed.writeUInt32LE(50)
  for (let at = content.indexOf(stated); at >= 0; at = content.indexOf(stated, at + 1)) claimed.copy(content, at)
  await assert.rejects(readArchive(content), /cannot be read/)
})
