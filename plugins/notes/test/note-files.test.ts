import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { deflateRawSync } from 'node:zlib'
import { character } from '@reference-plugins/testing/fuzz'
import fc from 'fast-check'
import { ZipFile } from 'yazl'
import { readArchive } from '../src/files/archive.ts'
import { Budget } from '../src/files/budget.ts'
import { type Served, serveNotes, type User } from './fixture.ts'

let served: Served
let user: User
let users = 0
before(async () => {
  served = await serveNotes()
})
after(() => served.close())

const zipOf = async (files: Record<string, string | Buffer>): Promise<Buffer> => {
  const zip = new ZipFile()
  for (const [name, content] of Object.entries(files)) zip.addBuffer(Buffer.from(content), name)
  zip.end()
  return buffer(zip.outputStream)
}
const upload = (files: Record<string, string | Buffer>) => {
  const request = served.api.post('/import').set('Authorization', `Bearer ${user.token}`)
  for (const [name, content] of Object.entries(files)) request.attach('file', Buffer.from(content), name)
  return request
}
const newUser = async () => {
  user = await served.as(`user${users++}`)
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
  const text = (longest: number) => fc.string({ unit: character, minLength: 1, maxLength: longest })
  const note = fc.record(
    { title: text(50), text: fc.option(text(200), { nil: undefined }), tags: fc.array(text(10), { maxLength: 4 }) },
    { noNullPrototype: true },
  )
  const examples = [
    { title: 'Yes: "no" - #1', text: '---\ntitle: inner\n---\ntext', tags: ['a b', '1', 'true', '#a', '##', ' '] },
    { title: 'on', text: undefined, tags: [] },
    { title: ' 牛奶\n🥛 ', text: 'line\r\nline\n\n', tags: ['家'] },
  ]
  await fc.assert(
    fc.asyncProperty(fc.array(note, { minLength: 1, maxLength: 8 }), async (notesOfUser) => {
      await newUser()
      for (const one of notesOfUser) await user.post('/notes', one).expect(200)
      const { body: zip } = await user
        .get('/export')
        .buffer(true)
        .parse(toBuffer)
        .expect('Content-Type', 'application/zip')
        .expect(200)
      const before = await whole()
      await newUser()
      const { body } = await upload({ 'notes.zip': zip as Buffer }).expect(200)
      assert.deepEqual(body.refused, [])
      assert.deepEqual(await whole(), before)
    }),
    { numRuns: 5, examples: [[examples]] },
  )
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

test('an upload is read whatever its fields are called, and a guess is said', async () => {
  await newUser()
  const { body } = await served.api
    .post('/import')
    .set('Authorization', `Bearer ${user.token}`)
    .set('Content-Type', 'multipart/form-data; boundary=x')
    .send(
      Buffer.concat([
        Buffer.from('--x\r\nContent-Disposition: form-data; name="tag"\r\n\r\nhome\r\n'),
        Buffer.from('--x\r\nContent-Disposition: form-data; name="any[]"; filename="'),
        Buffer.from([0xb9, 0xba, 0xce, 0xef, 0xc7, 0xe5, 0xb5, 0xa5]),
        Buffer.from('.md"\r\n\r\nMilk\r\n--x--\r\n'),
      ]),
    )
    .expect(200)
  assert.deepEqual(
    body.imported.map((one: { title: string }) => one.title),
    ['购物清单'],
  )
  const remark = 'its title is its name, which was read as GBK: check it'
  assert.deepEqual(body.remarks, [{ file: '购物清单.md', remark }])
})

test('a user has few uploads at the same time', async () => {
  await newUser()
  const statuses = await Promise.all(Array.from({ length: 10 }, async () => (await upload({ 'a.md': 'x' })).status))
  assert.ok(statuses.filter((status) => status === 200).length >= 4)
  assert.ok(statuses.every((status) => status === 200 || status === 429))
  await upload({ 'a.md': 'x' }).expect(200)
})

test('memory stays flat under hostile uploads', async () => {
  await newUser()
  const zip = (count: number, content: string | Buffer) =>
    zipOf(Object.fromEntries(Array.from({ length: count }, (_, index) => [`${index}.md`, content])))
  const long = await zip(31, Buffer.alloc(2 ** 20))
  const uploads: [files: Record<string, Buffer>, status: number][] = [
    [{ 'large.zip': await zip(90, 'x'.repeat(400_000)) }, 422],
    [Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`${index}.zip`, long])), 200],
    [{ 'one.zip': await zipOf({ 'in.zip': Buffer.alloc(64 * 2 ** 20) }) }, 422],
  ]
  const sendAll = async () => {
    for (const [files, status] of uploads) await upload(files).expect(status)
    return process.memoryUsage.rss() / 2 ** 20
  }
  await sendAll()
  const before = await sendAll()
  await sendAll()
  const after = await sendAll()
  assert.ok(after - before < 96, `${Math.round(before)} -> ${Math.round(after)} MiB`)
  assert.deepEqual(await listed(), [])
})

test('invalid and oversized uploads are refused', async () => {
  await newUser()
  const raw = () => served.api.post('/import').set('Authorization', `Bearer ${user.token}`)
  await raw().send({ a: 1 }).expect(415)
  await raw().set('Content-Type', 'multipart/form-data').send('x').expect(400)
  await raw().set('Content-Type', 'multipart/form-data; boundary=x').send('--x\r\nContent-Disp').expect(400)
  await raw().field('text', 'no file').expect(400)
  await raw().set('Content-Encoding', 'gzip').attach('file', Buffer.from('x'), 'a.md').expect(415)
  await upload({ 'big.md': Buffer.alloc(11 * 2 ** 20) }).expect(413)
  await upload(Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`${index}.md`, 'x']))).expect(413)
  await upload({ 'not.zip': 'not a zip' }).expect(422)
  assert.deepEqual(await listed(), [])
  await user.get('/import').expect(405)
  await user.post('/export').expect(405)
  await served.api.post('/import').attach('file', Buffer.from('x'), 'a.md').expect(401)
  await served.api
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
  // Other programs have files of their own there.
  const mark = `only in this upload ${randomUUID()}`
  const left = () =>
    readdirSync(tmpdir(), { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .filter(({ name }) => readOptional(join(tmpdir(), name)).includes(mark))
  await upload({ 'a.md': mark, 'b.zip': mark }).expect(422)
  await upload({ 'a.md': mark }).expect(200)
  await upload(Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`${index}.md`, mark]))).expect(413)
  assert.deepEqual(left(), [])
})

function readOptional(file: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return ''
  }
}

test('refused tokens are counted', async () => {
  const statuses = new Set<number>()
  for (let count = 0; count < 130; count++) {
    const call = count % 2 ? served.api.get('/export') : served.api.post('/import')
    statuses.add((await call.set('Authorization', `Bearer wrong${count}`)).status)
  }
  assert.deepEqual([...statuses], [401, 429])
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
