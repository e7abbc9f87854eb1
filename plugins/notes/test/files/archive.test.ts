import assert from 'node:assert/strict'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import { ZipFile } from 'yazl'
import { readArchive } from '../../src/files/archive.ts'
import { writeArchive } from '../../src/files/archive-writer.ts'
import { Budget } from '../../src/files/budget.ts'
import { fromMarkdown } from '../../src/markdown/markdown.ts'

function archive(files: Record<string, string>): Promise<Buffer> {
  const zip = new ZipFile()
  for (const [name, content] of Object.entries(files)) zip.addBuffer(Buffer.from(content), name)
  zip.end()
  return buffer(zip.outputStream as never)
}

/** Every file in an archive, unpacked. */
async function unpack(content: Buffer): Promise<{ name: string; content: Buffer }[]> {
  const files: { name: string; content: Buffer }[] = []
  for await (const { name, read } of readArchive(content, new Budget()))
    files.push({ name: name.text, content: await read() })
  return files
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
  const read = await unpack(await buffer(await writeArchive(files())))
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
  const read = await unpack(await archive({ 'folder/a.md': 'a', 'folder/._a.md': 'x', '__MACOSX/a.md': 'x' }))
  assert.deepEqual(
    read.map(({ name }) => name),
    ['a.md'],
  )
})

test('an archive is refused with the reason', async () => {
  await assert.rejects(unpack(Buffer.from('no zip')), /cannot be read/)
  const large = Object.fromEntries(Array.from({ length: 33 }, (_, n) => [`${n}.md`, 'x'.repeat(2 ** 20)]))
  await assert.rejects(archive(large).then(unpack), /larger than 32 MiB/)
  const damaged = await archive({ 'a.md': 'x'.repeat(100) })
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32LE(crc32('x'.repeat(100)))
  for (let at = damaged.indexOf(checksum); at >= 0; at = damaged.indexOf(checksum, at)) damaged.writeUInt32LE(7, at)
  await assert.rejects(unpack(damaged), /a\.md is damaged/)
})

test('the number of files is limited over all archives together', async () => {
  const budget = new Budget()
  const many = await archive(Object.fromEntries(Array.from({ length: 4000 }, (_, n) => [`${n}.md`, ''])))
  const list = async () => {
    for await (const _ of readArchive(many, budget));
  }
  await list()
  await list()
  await assert.rejects(list(), /more than 10000 files/)
})

test('an archive that understates a size is refused', async () => {
  const content = await archive({ 'a.md': 'x'.repeat(5000) })
  const stated = Buffer.alloc(4)
  stated.writeUInt32LE(5000)
  const claimed = Buffer.alloc(4)
  claimed.writeUInt32LE(50)
  for (let at = content.indexOf(stated); at >= 0; at = content.indexOf(stated, at + 1)) claimed.copy(content, at)
  await assert.rejects(unpack(content), /cannot be read/)
})
