import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { after, before, test } from 'node:test'
import { temporaryDatabase, temporaryFolder } from '@reference-plugins/testing/temporary'
import { main } from '../src/command/main.ts'
import type { Call, Conversation, PluginDetail, Prompt, RegistrationEvent, TurnEvent } from '../src/wire.ts'
import { hostKey, type ServedHost, serveHost } from './fixture.ts'
import { serveUploads, type UploadApi } from './upload-api.ts'

const database = temporaryDatabase()
const folder = temporaryFolder()
let api: UploadApi
let served: ServedHost
before(async () => {
  api = await serveUploads()
  served = await serveHost()
})
after(async () => {
  await served.close()
  api.close()
})

async function host(...words: string[]) {
  const [stdin, stdout, stderr] = [Readable.from(['']), new PassThrough(), new PassThrough()]
  let output = ''
  for (const stream of [stdout, stderr]) stream.on('data', (chunk) => (output += chunk))
  const env = {
    ...process.env,
    DATABASE_URL: database,
    ...hostKey(database),
    OLLAMA_HOST: '127.0.0.1:1',
    INIT_CWD: folder,
  }
  const code = await main(words, { stdin, stdout, stderr, env })
  return { code, output }
}

const bytes = Buffer.from(Array.from({ length: 5_000 }, (_, index) => index % 256))

test('the command line sends files as curl does', async () => {
  const name = 'Größe "1"; ½.png'
  writeFileSync(join(folder, name), bytes)
  writeFileSync(join(folder, 'plain'), 'text')
  writeFileSync(join(folder, 'list.csv'), 'a,b')
  assert.equal((await host('register', api.address)).code, 0)
  assert.equal((await host('activate', 'Album')).code, 0)
  for (const [words, file, type, sent] of [
    [['-F', 'file=@list.csv'], 'list.csv', 'text/csv', 'a,b'],
    [['-F', `file=@${join(folder, 'plain')}`], 'plain', 'application/octet-stream', 'text'],
    [['-F', 'file=@plain;type=image/gif;filename=a b.gif'], 'a b.gif', 'image/gif', 'text'],
    [['{"file": "@list.csv"}'], 'list.csv', 'text/csv', 'a,b'],
    [['{"file": "abc"}'], 'file', 'text/plain', 'abc'],
    [['-F', 'file=abc'], 'file', 'text/plain', 'abc'],
  ] as const) {
    const { code, output } = await host('call', 'Album.addPhoto', ...words, '--yes')
    assert.equal(code, 0, output)
    assert.deepEqual(api.files, [{ field: 'file', name: file, type, text: sent }], words.join(' '))
  }
  const quoted = `file=@"${name.replaceAll('"', '\\"')}"`
  assert.equal((await host('call', 'Album.addPhoto', '-F', quoted, '-F', 'title=Größe', '--yes')).code, 0)
  // A parser of forms keeps the escape that browsers write.
  assert.equal(api.files[0]?.name.replaceAll('%22', '"'), name)
  assert.equal(api.files[0]?.text, bytes.toString())
  assert.deepEqual(api.texts, { title: 'Größe' })
  const several = await host('call', 'Album.addAll', '-F', 'files=@list.csv', '-F', 'files=@plain', '--yes')
  assert.equal(several.code, 0, several.output)
  assert.deepEqual(
    api.files.map((one) => one.name),
    ['list.csv', 'plain'],
  )
})

test('what cannot be sent from the command line is refused with what to type', async () => {
  mkdirSync(join(folder, 'sub'))
  writeFileSync(join(folder, 'large'), Buffer.alloc(21 * 2 ** 20))
  const before = api.count
  for (const [form, message] of [
    ['file=@nowhere.png', /nowhere\.png cannot be read \(ENOENT\): check the path/],
    ['file=@sub', /sub is not a file/],
    ['file=@/dev/zero', /\/dev\/zero is not a file/],
    ['file=@large', /larger than 20 MiB/],
    ['title=@plain', /title of addPhoto is not a file/],
    ['other=x', /addPhoto has no input other/],
    ['file', /type it as curl does, such as -F photo=@cat\.png/],
    ['file=@plain;type=x', /x is not a media type/],
  ] as const) {
    const { code, output } = await host('call', 'Album.addPhoto', '-F', form, '--yes')
    assert.equal(code, 2, form)
    assert.match(output, message)
  }
  assert.equal(api.count, before)
})

test('a file that is sent from the page is bytes to the plugin, and its name and size to everybody else', async () => {
  const browser = served.browser()
  const end = (await browser.events<RegistrationEvent>('/api/registrations', { address: api.address })).at(-1)
  assert.ok(end?.type === 'end')
  const plugin = await browser.send<PluginDetail>('POST', `/api/registrations/${end.registration.id}/approve`, {})
  await browser.send('PUT', `/api/plugins/${plugin.id}/activation`, {})
  assert.deepEqual(
    plugin.operations.map(({ name, files }) => [name, files]),
    [
      ['addPhoto', ['file']],
      ['addAll', ['files']],
    ],
  )
  const { id } = await browser.send<Conversation>('POST', '/api/conversations', {})
  const large = Buffer.alloc(2 * 2 ** 20, bytes)
  const file = `data:image/png;name=${encodeURIComponent('Größe.png')};base64,${large.toString('base64')}`
  const path = `/api/conversations/${id}/calls`
  const callOf = (events: TurnEvent[]) =>
    events.flatMap((one) => (one.type === 'call' ? [one.call] : [])).at(-1) as Call
  const asked = callOf(
    await browser.events<TurnEvent>(path, { plugin: plugin.id, operation: 'addPhoto', arguments: { file } }),
  )
  assert.match(asked.ask?.arguments ?? '', /data:image\/png;name=Gr%C3%B6%C3%9Fe\.png;base64,… \(2097152 bytes\)/)
  const done = callOf(
    await browser.events<TurnEvent>(`${path}/${asked.id}/decision`, { decision: 'allow', digest: asked.ask?.digest }),
  )
  assert.equal(done.response?.status, 201, done.result)
  assert.deepEqual([api.files[0]?.name, api.files[0]?.text], ['Größe.png', large.toString()])
  assert.match(done.request?.body ?? '', /filename="Größe\.png"[\s\S]*\[2097152 bytes of image\/png\]/)
  assert.match(done.curl ?? '', /-F 'file=@"Größe\.png";type=image\/png'/)
  const { messages } = await browser.get<Prompt>(`/api/conversations/${id}/prompt`)
  assert.ok(JSON.stringify(messages).length < 5_000)
  assert.match(JSON.stringify(messages), /2097152 bytes/)
  const smuggled = `data:text/plain;base64,${bytes.toString('base64')}`
  const other = { plugin: plugin.id, operation: 'addPhoto', arguments: { file: 'abc', title: smuggled } }
  assert.ok(callOf(await browser.events<TurnEvent>(path, other)).ask?.arguments?.includes(smuggled))
  await assert.rejects(
    browser.events(path, { plugin: plugin.id, operation: 'addPhoto', arguments: { file: 'x'.repeat(3_200_000) } }),
    { status: 413 },
  )
  await assert.rejects(browser.send('POST', `/api/conversations/${id}/messages`, { text: 'x'.repeat(300_000) }), {
    status: 413,
  })
})
