import assert from 'node:assert/strict'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { encode } from 'iconv-lite'
import { ZipFile } from 'yazl'
import { readNotes } from '../../src/files/note-reader.ts'

type Content = string | Buffer

async function zipOf(files: Record<string, Content>): Promise<Buffer> {
  const zip = new ZipFile()
  for (const [name, content] of Object.entries(files)) zip.addBuffer(Buffer.from(content), name)
  zip.end()
  return buffer(zip.outputStream as never)
}

/** The titles of the notes in one file, and the reasons for those that are refused. */
async function read(name: string, content: Content, mediaType = '') {
  const found = await readNotes([{ name: { text: name }, mediaType, content: Buffer.from(content) }], 100_000)
  return found.map((one) => ('file' in one ? one.file.title : [one.name, one.reason]))
}

test('an archive in an archive is read, as Notion exports it', async () => {
  const inner = await zipOf({ 'Plan 0a1b.md': '# Plan', 'Tasks.csv': 'a,b' })
  const csv = ['Tasks.csv', 'it is not a .md, .markdown, .txt or .zip file']
  assert.deepEqual(await read('a.zip', await zipOf({ 'Part-1.zip': inner })), ['Plan', csv])
  let deep = inner
  for (let depth = 0; depth < 3; depth++) deep = await zipOf({ 'in.zip': deep, 'beside.md': '' })
  assert.deepEqual(
    (await read('a.zip', deep)).sort((one, other) =>
      typeof one === typeof other ? 0 : typeof one === 'string' ? 1 : -1,
    ),
    [['in.zip', 'it is an archive inside 3 others: unpack it and send its files'], ...['beside', 'beside', 'beside']],
  )
})

test('an attached archive that cannot be read is refused by itself, and the notes beside it are imported', async () => {
  const inner = await zipOf({ 'in.md': '# In' })
  const damaged = Buffer.from(inner)
  damaged.writeUInt32LE(7, damaged.indexOf('PK\x01\x02') + 16)
  for (const [attached, reason] of [
    ['no archive', /cannot be read/],
    [damaged, /in\.md is damaged/],
    [inner.subarray(0, -30), /cannot be read/],
  ] as const) {
    const found = await read(
      'a.zip',
      await zipOf({ 'one.md': '', 'attached.zip': Buffer.from(attached), 'two.md': '' }),
    )
    const [one, refused, two] = found
    assert.deepEqual([one, two], ['one', 'two'])
    assert.match(String(refused?.[1]), reason)
    await assert.rejects(read('a.zip', Buffer.from(attached)), { status: 422 })
  }
})

test('what is not a note by its name is passed over, whatever its size', async () => {
  const photo = Buffer.alloc(40 * 2 ** 20)
  const archive = await zipOf({ 'photo.jpg': photo, '.obsidian/app.json': '{}', 'Vault/a.md': 'x' })
  assert.deepEqual(
    (await read('a.zip', archive)).map((one) => (typeof one === 'string' ? one : one[0])),
    ['photo.jpg', 'app.json', 'a'],
  )
})

test('a file that is longer than a note is refused by itself', async () => {
  const reason = 'it has more than 100000 characters'
  const archive = await zipOf({
    'bytes.md': 'x'.repeat(2 ** 20),
    'characters.md': 'x'.repeat(100_001),
    'longest.md': '🥛'.repeat(100_000),
  })
  assert.deepEqual(await read('a.zip', archive), [['bytes.md', reason], ['characters.md', reason], 'longest'])
  assert.deepEqual(await read('a.md', 'x'.repeat(100_001)), [['a.md', reason]])
})

test('one budget holds for all archives of an upload', async () => {
  const content = await zipOf(
    Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`${n}.md`, 'x'.repeat(400_000)])),
  )
  const archive = (text: string) => ({ name: { text }, mediaType: '', content })
  await assert.rejects(
    readNotes(
      ['1', '2', '3', '4', '5'].map((name) => archive(`${name}.zip`)),
      100_000,
    ),
    {
      status: 422,
      message: /larger than 32 MiB/,
    },
  )
  const nested = await zipOf({
    'a.zip': content,
    'b.zip': content,
    'c.zip': content,
    'd.zip': content,
    'e.zip': content,
  })
  await assert.rejects(read('a.zip', nested), /larger than 32 MiB/)
  await assert.rejects(read('a.zip', await zipOf({ 'in.zip': Buffer.alloc(40 * 2 ** 20) })), /larger than 32 MiB/)
})

test('text is decoded by its mark, its bytes and the declared encoding', async () => {
  const utf16 = (text: string) => Buffer.from(text, 'utf16le')
  assert.deepEqual(await read('a.txt', Buffer.concat([Buffer.from([0xff, 0xfe]), utf16('# Süß')])), ['Süß'])
  assert.deepEqual(await read('a.txt', Buffer.concat([Buffer.from([0xfe, 0xff]), utf16('# Süß').swap16()])), ['Süß'])
  assert.deepEqual(await read('a.md', '\ufeff# Süß'), ['Süß'])
  assert.deepEqual(await read('a.md', encode('# 购物清单', 'gbk'), 'text/markdown; charset=GBK'), ['购物清单'])
  assert.deepEqual(await read('a.md', '# Süß', 'text/markdown; charset="iso-8859-1"'), ['Süß'])
  assert.deepEqual(await read('a.md', Buffer.from('# \x1b$B$"\x1b(B', 'latin1'), 'text/plain;charset=ISO-2022-JP'), [
    'あ',
  ])
  const reason = ['a.md', 'it is not UTF-8 text: save it in UTF-8']
  assert.deepEqual(await read('a.md', Buffer.from([0xe4, 0xf6])), [reason])
  assert.deepEqual(await read('a.md', Buffer.from([0xe4, 0xf6]), 'text/plain; charset=unknown'), [reason])
})

test('a file without an extension is what its type says', async () => {
  assert.deepEqual(await read('blob', '# Soup', 'text/markdown'), ['Soup'])
  assert.deepEqual(await read('file', '# Soup'), ['Soup'])
  assert.deepEqual(await read('', 'x', 'text/markdown'), ['Untitled'])
  assert.deepEqual(await read('blob', await zipOf({ 'a.md': 'x' }), 'application/zip'), ['a'])
  assert.deepEqual(await read('blob', await zipOf({ 'a.md': 'x' }), 'application/x-zip-compressed'), ['a'])
  const reason = 'it is not a .md, .markdown, .txt or .zip file'
  assert.deepEqual(await read('blob', 'x', 'application/octet-stream'), [['blob', reason]])
  assert.deepEqual(await read('page.html', 'x', 'text/plain'), [['page.html', reason]])
  assert.deepEqual(await read('a.zip', await zipOf({ LICENSE: 'x' })), [['LICENSE', reason]])
})

test('a name that cannot be read is never a title, and a guess is said', async () => {
  const file = (bytes: Buffer, content: string) => ({ name: bytes, content })
  const archive = await zipWithRawNames([file(encode('笔记.md', 'gbk'), 'x'), file(encode('本.md', 'gbk'), '# Titled')])
  const [refused, titled] = await readNotes([{ name: { text: 'a.zip' }, mediaType: '', content: archive }], 100_000)
  assert.ok(refused && 'reason' in refused && titled && 'file' in titled)
  assert.match(refused.reason, /^its name is not UTF-8 and could be GBK or .*rename it/)
  assert.equal(titled.file.title, 'Titled')
  const clear = await zipWithRawNames([
    file(encode('购物清单.md', 'gbk'), 'x'),
    file(encode('今天.md', 'gbk'), '# Titled'),
  ])
  assert.deepEqual(
    (await readNotes([{ name: { text: 'a.zip' }, mediaType: '', content: clear }], 100_000)).map((one) =>
      'file' in one ? [one.file.title, one.remark] : one,
    ),
    [
      ['购物清单', 'its title is its name, which was read as GBK: check it'],
      ['Titled', undefined],
    ],
  )
})

/** An archive whose names have no mark of UTF-8. */
async function zipWithRawNames(files: { name: Buffer; content: string }[]): Promise<Buffer> {
  const placeholders = files.map(({ name }, index) => String.fromCharCode(0x61 + index).repeat(name.length))
  const archive = await zipOf(Object.fromEntries(files.map(({ content }, index) => [placeholders[index], content])))
  for (const [index, { name }] of files.entries())
    for (let at = archive.indexOf(placeholders[index] ?? ''); at >= 0; at = archive.indexOf(placeholders[index] ?? ''))
      name.copy(archive, at)
  for (const signature of ['PK\x01\x02', 'PK\x03\x04'])
    for (let at = archive.indexOf(signature); at >= 0; at = archive.indexOf(signature, at + 1)) {
      const flags = at + (signature === 'PK\x01\x02' ? 8 : 6)
      archive.writeUInt16LE(archive.readUInt16LE(flags) & ~0x800, flags)
    }
  return archive
}
