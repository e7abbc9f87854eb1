import assert from 'node:assert/strict'
import { test } from 'node:test'
import { character } from '@reference-plugins/testing/fuzz'
import fc from 'fast-check'
import { UploadRefused } from '../../src/files/budget.ts'
import { readForm } from '../../src/files/form.ts'

const contentType = 'multipart/form-data; boundary=x'
const form = (...parts: [headers: string, content: string | Buffer][]) =>
  Buffer.concat([
    ...parts.flatMap(([headers, content]) => [
      Buffer.from(`--x\r\n${headers}\r\n\r\n`),
      Buffer.from(content),
      Buffer.from('\r\n'),
    ]),
    Buffer.from('--x--\r\n'),
  ])
const read = async (body: Buffer, type = contentType) =>
  (await readForm(body, type)).map(({ name, mediaType, content }) => [name.text, mediaType, String(content)])
const disposition = (rest: string) => `Content-Disposition: form-data; ${rest}`

test('files are read as programs send them', async () => {
  for (const [headers, name, mediaType] of [
    // curl, with and without a type
    [
      `${disposition('name="file"; filename="a.md"')}\r\nContent-Type: application/octet-stream`,
      'a.md',
      'application/octet-stream',
    ],
    [`${disposition('name="file"; filename="say \\"a\\".md"')}`, 'say "a".md', ''],
    [`${disposition('name="file"; filename="say %22a%22.md"')}`, 'say "a".md', ''],
    // Python requests, for a name in ASCII and in other letters
    [disposition('name="file"; filename="a.md"'), 'a.md', ''],
    [disposition('name="file"; filename*=utf-8\'\'%C3%9Cbung.md'), 'Übung.md', ''],
    [disposition('name="file"; filename="bung.md"; filename*=UTF-8\'de\'%C3%9Cbung.md'), 'Übung.md', ''],
    [disposition('name="file"; filename="a.md"; filename*=x-unknown\'\'%C3%9Cbung.md'), 'a.md', ''],
    [disposition("filename*=iso-8859-1''%DCbung.md; name=file"), 'Übung.md', ''],
    // .NET
    [disposition('name=file; filename="=?utf-8?B?w5xidW5nLm1k?="'), 'Übung.md', ''],
    [disposition('name=file; filename="=?utf-8?Q?=C3=9C?= =?utf-8?q?bung_1.md?="'), 'Übung 1.md', ''],
    [disposition('name=file; filename="=?x-none?B?eA==?="'), '=?x-none?B?eA==?=', ''],
    [disposition('name=file; filename="=?utf-8?B?eA==?="; filename*=utf-8\'\'%C3%9Cbung.md'), 'Übung.md', ''],
    // aiohttp
    [disposition('name="file"; filename="%C3%9Cbung%201.md"'), 'Übung 1.md', ''],
    [disposition('name="file"; filename="100%25.md"'), '100%25.md', ''],
    [disposition('name="file"; filename="%FF.md"'), '%FF.md', ''],
    // Postman and browsers
    [`${disposition('name=""; filename="Übung.md"')}\r\ncontent-type: text/markdown`, 'Übung.md', 'text/markdown'],
    [disposition('name="a;b=c"; filename="x; y=z.md"'), 'x; y=z.md', ''],
    [disposition('name="file"; filename="folder/deep/a.md"'), 'a.md', ''],
    [disposition('name="file"; filename="C:\\\\notes\\\\a.md"'), 'a.md', ''],
    [disposition('name="file"; filename="C:\\notes\\a.md"'), 'a.md', ''],
    // form-data for Node does not escape
    [disposition('name="file"; filename="say "a".md"'), 'say "a".md', ''],
    [disposition('name=file; filename=a b.md'), 'a b.md', ''],
    ['content-disposition:form-data;name="file";filename="a.md"', 'a.md', ''],
    [
      `${disposition('name="file"; filename="a.md"')}\r\nContent-Transfer-Encoding: binary\r\nContent-Length: 4`,
      'a.md',
      '',
    ],
  ] as const)
    assert.deepEqual(await read(form([headers, 'text'])), [[name, mediaType, 'text']], headers)
})

test('other fields of the form are no files', async () => {
  const file: [string, string] = [disposition('name="file"; filename="a.md"'), 'x']
  const body = form(
    [disposition('name="tag"'), 'home'],
    file,
    [`${disposition('name="tag"')}\r\nContent-Type: text/plain; charset=UTF-8`, 'home'],
    [`${disposition('name="meta; filename=b.md"')}\r\nContent-Type: application/json`, '{}'],
    // No file was chosen.
    [`${disposition('name="more"; filename=""')}\r\nContent-Type: application/octet-stream`, ''],
  )
  assert.deepEqual(await read(body), [['a.md', '', 'x']])
  assert.deepEqual(await read(form([`${disposition('name="note"')}\r\nContent-Type: text/markdown`, 'x'])), [
    ['', 'text/markdown', 'x'],
  ])
  await assert.rejects(read(form([disposition('name="text"'), 'x'])), /has no file/)
})

test('too many parts, and parts in an encoding, are refused', async () => {
  const many = (header: string) => form(...Array.from({ length: 101 }, (): [string, string] => [header, 'x']))
  await assert.rejects(read(many(disposition('name="f"; filename="a.md"'))), { status: 413 })
  await assert.rejects(read(many(disposition('name="f"'))), { status: 413 })
  const encoded = `${disposition('name="f"; filename="a.md"')}\r\nContent-Transfer-Encoding: quoted-printable`
  await assert.rejects(read(form([encoded, 'x'])), { status: 415 })
  await assert.rejects(read(form([encoded, 'x']), 'multipart/form-data'), { status: 400 })
})

test('any name and content arrive as a browser sends them', async () => {
  const name = fc
    .string({ unit: character, minLength: 1, maxLength: 20 })
    .map((name) => name.replaceAll(/[/\\\r\n%]|^\ufeff/g, '_'))
  const file = fc.record({ name, content: fc.uint8Array({ maxLength: 200 }) }, { noNullPrototype: true })
  await fc.assert(
    fc.asyncProperty(fc.array(file, { minLength: 1, maxLength: 5 }), async (files) => {
      const sent = new FormData()
      for (const { name, content } of files) sent.append('file', new Blob([content]), name)
      const response = new Response(sent)
      const found = await readForm(
        Buffer.from(await response.arrayBuffer()),
        response.headers.get('content-type') ?? '',
      )
      assert.deepEqual(
        found.map(({ name, content }) => ({ name: name.text, content: Uint8Array.from(content) })),
        files.map(({ name, content }) => ({ name: name.toWellFormed(), content: Uint8Array.from(content) })),
      )
    }),
  )
})

test('an upload that is cut off or damaged is refused or read, and never hangs', async () => {
  const whole = form([disposition('name="file"; filename="a.md"'), 'text'], [disposition('name="b"'), 'x'])
  const change = fc.record({
    at: fc.nat({ max: whole.length - 1 }),
    byte: fc.integer({ min: 0, max: 255 }),
    cut: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(change, async ({ at, byte, cut }) => {
      const body = Buffer.from(cut ? whole.subarray(0, at) : whole)
      if (!cut) body[at] = byte
      try {
        await readForm(body, contentType)
      } catch (error) {
        assert.ok(error instanceof UploadRefused, String(error))
      }
    }),
    { numRuns: 300 },
  )
})
