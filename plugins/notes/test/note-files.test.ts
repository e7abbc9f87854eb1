import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { buffer } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { deflateRawSync } from 'node:zlib'
import { ZipFile } from 'yazl'
import { readArchive } from '../src/files/archive.ts'
import { Budget } from '../src/files/budget.ts'
import { type Served, serveNotes, type User } from './fixture.ts'

let notes: Served
let user: User
let users = 0
before(async () => {
  notes = await serveNotes()
})
after(() => notes.close())

const zipOf = async (files: Record<string, string | Buffer>): Promise<Buffer> => {
  const zip = new ZipFile()
  for (const [name, content] of Object.entries(files)) zip.addBuffer(Buffer.from(content), name)
  zip.end()
  return buffer(zip.outputStream)
}
const upload = (files: Record<string, string | Buffer>) => {
  const request = notes.api.post('/import').set('Authorization', `Bearer ${user.token}`)
  for (const [name, content] of Object.entries(files)) request.attach('file', Buffer.from(content), name)
  return request
}
const newUser = async () => {
  user = await notes.as(`user${users++}`)
}
const listed = async () => (await user.get('/notes').expect(200)).body.notes

test('imported Markdown files become notes with the title and tags of their front matter', async () => {
  await newUser()
  const { body } = await upload({
    'a.md': '---\ntitle: Soup\ntags: [cooking, "#home"]\ncreated: 2020-01-02T03:04:05Z\n---\n\nOnions.',
    'b.md': '# A heading\n\nText',
    'c.txt': 'plain',
    'd.md': '\ufeff---\ntags: one, two\nlayout: post\n---\nKept',
    'e.md': '---\ntags: [unclosed\n---\nText',
    '中文.md': '牛奶',
  }).expect(200)
  assert.deepEqual(body.refused, [])
  const found = Object.fromEntries((await listed()).map((note: { title: string }) => [note.title, note]))
  assert.deepEqual(found.Soup.tags, ['cooking', 'home'])
  assert.equal(found.Soup.createdAt, '2020-01-02T03:04:05.000Z')
  assert.equal((await user.get(`/notes/${found.Soup.id}`)).body.text, 'Onions.')
  assert.ok(found['A heading'] && found.c && found.e && found.中文)
  assert.deepEqual(found.d.tags, ['one', 'two'])
  // Unknown front matter stays in the text.
  assert.match((await user.get(`/notes/${found.d.id}`)).body.text, /layout: post[\s\S]*Kept/)
})

test('an archive is unpacked, and files that are not notes are reported', async () => {
  await newUser()
  const archive = await zipOf({
    'folder/one.md': 'one',
    'folder/deep/two.markdown': 'two',
    '__MACOSX/folder/._one.md': 'x',
    'picture.png': Buffer.from([0x89, 0x50]),
    'latin.md': Buffer.from([0xe4, 0xf6]),
    'long.md': 'x'.repeat(100_001),
  })
  const { body } = await upload({ 'notes.zip': archive }).expect(200)
  assert.deepEqual(body.imported.map((note: { title: string }) => note.title).sort(), ['one', 'two'])
  assert.deepEqual(body.refused.map((one: { file: string }) => one.file).sort(), ['latin.md', 'long.md', 'picture.png'])
})

test('exported notes are the same after an import', async () => {
  await newUser()
  for (const [title, text, tags] of [
    ['Yes: "no" - #1', '---\ntitle: inner\n---\ntext', ['a b', '1', 'true']],
    ['on', '', []],
    ['牛奶 🥛', 'line\r\nline\n\n', ['家']],
  ] as const)
    await user.post('/notes', { title, ...(text && { text }), tags }).expect(200)
  const { body: zip } = await user
    .get('/export')
    .buffer(true)
    .parse(toBuffer)
    .expect('Content-Type', 'application/zip')
    .expect(200)
  const before = await whole()
  await newUser()
  await upload({ 'notes.zip': zip as Buffer }).expect(200)
  assert.deepEqual(await whole(), before)
})

async function whole(): Promise<unknown[]> {
  const found: unknown[] = []
  for (const { id, title, tags, createdAt, updatedAt } of await listed())
    found.push({ title, tags, createdAt, updatedAt, text: (await user.get(`/notes/${id}`)).body.text })
  return found
}

function toBuffer(response: unknown, done: (error: Error | null, body: Buffer) => void): void {
  const chunks: Buffer[] = []
  const stream = response as NodeJS.ReadableStream
  stream.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => done(null, Buffer.concat(chunks)))
}

test('invalid and oversized uploads are refused', async () => {
  await newUser()
  const raw = () => notes.api.post('/import').set('Authorization', `Bearer ${user.token}`)
  await raw().send({ a: 1 }).expect(415)
  await raw().set('Content-Type', 'multipart/form-data').send('x').expect(400)
  await raw().set('Content-Type', 'multipart/form-data; boundary=x').send('--x\r\nContent-Disp').expect(400)
  await raw().field('text', 'no file').expect(400)
  await upload({ 'big.md': Buffer.alloc(11 * 2 ** 20) }).expect(413)
  await upload(Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`${index}.md`, 'x']))).expect(413)
  await upload({ 'not.zip': 'not a zip' }).expect(422)
  await upload({
    'many.zip': await zipOf(Object.fromEntries(Array.from({ length: 10_001 }, (_, i) => [`${i}.md`, 'x']))),
  }).expect(422)
  const large = Object.fromEntries(Array.from({ length: 90 }, (_, i) => [`${i}.md`, 'x'.repeat(400_000)]))
  await upload({ 'large.zip': await zipOf(large) }).expect(422)
  assert.deepEqual(await listed(), [])
  await user.get('/import').expect(405)
  await user.post('/export').expect(405)
  await notes.api.post('/import').attach('file', Buffer.from('x'), 'a.md').expect(401)
  await notes.api
    .get('/export')
    .expect(401)
    .expect('WWW-Authenticate', /resource_metadata/)
})

test('unpacking stops when an archive is larger than it states', async () => {
  const bomb = lyingZip(Buffer.alloc(64 * 2 ** 20))
  const before = process.memoryUsage.rss()
  const unpack = async () => {
    for await (const { read } of readArchive(bomb, new Budget())) await read()
  }
  await assert.rejects(unpack(), /too many bytes|cannot be read/)
  assert.ok(process.memoryUsage.rss() - before < 48 * 2 ** 20)
})

test('an upload leaves no file on the disk', async () => {
  await newUser()
  const filesNow = () => readdirSync(tmpdir(), { withFileTypes: true }).filter((entry) => entry.isFile())
  const before = new Set(filesNow().map(({ name }) => name))
  await upload({ 'a.md': 'x', 'b.zip': 'not a zip' }).expect(422)
  await upload({ 'a.md': 'x' }).expect(200)
  await upload(Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`${index}.md`, 'x']))).expect(413)
  assert.deepEqual(
    filesNow().filter(({ name }) => !before.has(name)),
    [],
  )
})

/** A zip of one file whose stated size is 10 bytes. */
function lyingZip(content: Buffer): Buffer {
  const data = deflateRawSync(content)
  const name = Buffer.from('a.md')
  const sizes = Buffer.alloc(12)
  sizes.writeUInt32LE(data.length, 4)
  sizes.writeUInt32LE(10, 8)
  const common = (offset: number, header: Buffer) => {
    header.writeUInt16LE(20, offset)
    header.writeUInt16LE(8, offset + 4)
    sizes.copy(header, offset + 10)
    header.writeUInt16LE(name.length, offset + 22)
    return header
  }
  const local = common(4, Buffer.alloc(30))
  local.write('PK\x03\x04', 'latin1')
  const central = common(6, Buffer.alloc(46))
  central.write('PK\x01\x02', 'latin1')
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(1, 8)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(central.length + name.length, 12)
  end.writeUInt32LE(local.length + name.length + data.length, 16)
  return Buffer.concat([local, name, data, central, name, end])
}
