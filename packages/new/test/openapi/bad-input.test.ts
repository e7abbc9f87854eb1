import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { runPrinted } from '@reference-plugins/testing/printed'
import { temporaryFolder } from '@reference-plugins/testing/temporary'
import { main } from '../../src/command/command.ts'

const root = temporaryFolder()
mkdirSync(join(root, 'plugins'))
mkdirSync(join(root, 'a-folder'))

const info = { title: 'Shop', version: '1' }
const servers = [{ url: 'https://shop.example.com' }]
const get = { operationId: 'getThing', responses: { 200: { description: 'ok' } } }
const spec = (more: object) =>
  JSON.stringify({ openapi: '3.0.3', info, servers, paths: { '/things': { get } }, ...more })
const ofOperation = (more: object, method = 'get', path = '/things') =>
  spec({ paths: { [path]: { [method]: { ...get, ...more } } } })
const body = (type: string, schema: object) => ({ requestBody: { required: true, content: { [type]: { schema } } } })
const answer = (type: string, schema: object = {}) => ({
  responses: { 200: { description: '', content: { [type]: { schema } } } },
})

/** What a file has, and what the one line must say. */
const files: [title: string, content: string | Buffer, expected: RegExp][] = [
  ['nothing', '', /empty/],
  ['blanks', ' \n\n  ', /empty/],
  ['a byte order mark', '\uFEFF', /empty/],
  ['a page', '<!doctype html><html><title>Sign in</title></html>', /web page.*Sign in/],
  ['XML', '<?xml version="1.0"?><swagger/>', /XML/],
  ['a text', 'Hello, this is no document', /text, not an OpenAPI/],
  ['a word', 'openapi', /text, not an OpenAPI|not an OpenAPI/],
  ['a number', '42', /not an OpenAPI/],
  ['null', 'null', /not an OpenAPI/],
  ['a list', '[1, 2]', /not an OpenAPI/],
  ['an empty object', '{}', /not an OpenAPI/],
  ['an empty list', '[]', /not an OpenAPI/],
  ['another object', '{"name": "package", "scripts": {}}', /not an OpenAPI/],
  [
    'a manifest',
    '{"schema_version": "v1", "name_for_model": "shop", "api": {"url": "x"}, "auth": {}}',
    /manifest, not an OpenAPI/,
  ],
  ['an error', '{"message": "Forbidden"}', /error of a server.*Forbidden/],
  ['JSON that ends early', spec({}).slice(0, 60), /JSON|YAML/],
  ['JSON with a stray bracket', `${spec({})}]]}`, /JSON|YAML/],
  ['YAML with bad indentation', 'openapi: 3.0.0\ninfo:\n  title: a\n   version: 1\n paths: {', /YAML/],
  ['YAML with an unclosed quote', 'openapi: 3.0.0\ninfo:\n  title: "a\npaths: {}\n', /YAML|paths/],
  ['YAML with aliases without end', aliases(), /aliases|large|deep|memory|nothing|operation/],
  [
    'YAML that contains itself',
    'openapi: 3.0.0\ninfo: &a\n  title: x\n  more: *a\npaths: {}\n',
    /operation|paths|alias/,
  ],
  ['a program', 'from fastapi import FastAPI\napp = FastAPI()\n', /program/],
  ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0]), /image|binary/],
  ['a zip file', Buffer.from('PK\u0003\u0004\u0000\u0000'), /zip/],
  ['a gzip file', gzipSync(spec({})), /compressed|binary/],
  ['random bytes', Buffer.from(Array.from({ length: 500 }, (_, index) => (index * 7919) % 256)), /binary|text|YAML/],
  ['a PDF', '%PDF-1.7\n%âãÏÓ', /PDF/],
  ['20 MB', Buffer.alloc(20 * 2 ** 20, 'x'), /over 5 MB/],
  ['5 MB of JSON', `{"openapi":"3.0.0","paths":{},"x":"${'x'.repeat(5.5 * 2 ** 20)}"}`, /over 5 MB/],
  ['lists in lists', '['.repeat(100_000), /JSON|nested|not an OpenAPI|YAML/],
  ['objects in objects', `{"paths":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}`, /nested|operation|JSON/],
  ['Swagger 1', JSON.stringify({ swaggerVersion: '1.2', swagger: '1.2', apis: [], paths: {} }), /Swagger 1/],
  ['no paths', '{"openapi": "3.0.0", "info": {}}', /no operation/],
  ['paths without operations', spec({ paths: { '/a': {} } }), /no operation/],
  ['paths that are a list', spec({ paths: [] }), /no operation/],
  ['paths that are a text', spec({ paths: 'x' }), /no operation/],
  ['a path that is null', spec({ paths: { '/a': null } }), /no operation/],
  ['an operation that is a text', spec({ paths: { '/a': { get: 'x' } } }), /no operation/],
  [
    'webhooks only',
    JSON.stringify({ openapi: '3.1.0', info, servers, webhooks: { a: { post: get } } }),
    /no operation/,
  ],
  ['HEAD only', ofOperation({}, 'head'), /none of the 1 operations.*HEAD/],
  ['deprecated only', ofOperation({ deprecated: true }), /deprecated/],
  [
    'an upload',
    ofOperation(body('application/octet-stream', { type: 'string', format: 'binary' }), 'post'),
    /none of the 1 operations/,
  ],
  [
    'a file in a form',
    ofOperation(
      body('multipart/form-data', { type: 'object', properties: { file: { type: 'string', format: 'binary' } } }),
      'post',
    ),
    /file is a file/,
  ],
  ['a picture as the answer', ofOperation(answer('image/png')), /a file \(image\/png\)/],
  ['a stream as the answer', ofOperation(answer('text/event-stream')), /a stream/],
  ['a text as the body', ofOperation(body('text/plain', { type: 'string' }), 'post'), /is not an object/],
  ['a path that is a URL', spec({ paths: { 'https://a.example/b': { get } } }), /no operation|none of the/],
  [
    'no server',
    JSON.stringify({ openapi: '3.0.3', info, paths: { '/things': { get } } }),
    /names no server: add --base-url/,
  ],
  ['a relative server', spec({ servers: [{ url: '/v1' }] }), /server \/v1 is not a whole address: add --base-url/],
  ['a server with an open variable', spec({ servers: [{ url: 'https://{host}/v1' }] }), /--base-url/],
  ['a server of another scheme', spec({ servers: [{ url: 'ws://shop.example.com' }] }), /--base-url/],
  ['servers that are a number', spec({ servers: 5 }), /--base-url/],
  [
    'Swagger 2 without a host',
    JSON.stringify({ swagger: '2.0', info, basePath: '/v1', paths: { '/things': { get } } }),
    /--base-url/,
  ],
]

/** Nine levels of ten aliases each are a thousand million nodes. */
function aliases(): string {
  const levels = Array.from(
    { length: 9 },
    (_, level) =>
      `a${level}: &a${level} [${
        level === 0
          ? '"x"'
          : Array(10)
              .fill(`*a${level - 1}`)
              .join(', ')
      }]`,
  )
  return `openapi: 3.0.0\npaths: {}\n${levels.join('\n')}\n`
}

const options: [title: string, words: string[], expected: RegExp][] = [
  ['no such file', ['--openapi', 'missing.json'], /there is no such file/],
  ['a folder', ['--openapi', 'a-folder'], /this is a folder/],
  ['a file below a file', ['--openapi', 'good.json/openapi.json'], /there is no such file/],
  ['another scheme', ['--openapi', 'ftp://a.example/openapi.json'], /only http and https/],
  ['a URL that is none', ['--openapi', 'http://['], /not a URL/],
  ['a host that is not there', ['--openapi', 'http://nothing.invalid/openapi.json'], /cannot be reached/],
  ['a port where nothing listens', ['--openapi', 'http://127.0.0.1:9/openapi.json'], /cannot be reached/],
  ['a tag that is not there', ['--openapi', 'good.json', '--include', 'cats'], /no operation has this tag.*things/],
  ['a path that is not there', ['--openapi', 'good.json', '--include', 'POST /things'], /no operation/],
  ['a base URL that is none', ['--openapi', 'good.json', '--base-url', 'shop'], /--base-url shop: this is not/],
  [
    'a base URL with a secret',
    ['--openapi', 'good.json', '--base-url', 'https://ada:x@shop.example.com'],
    /this is not the http/,
  ],
]

const answers: [title: string, listener: RequestListener, expected: RegExp][] = [
  ['404', (_, response) => response.writeHead(404).end('no'), /nothing \(status 404\)/],
  ['401', (_, response) => response.writeHead(401).end('no'), /asks for a sign-in/],
  ['403', (_, response) => response.writeHead(403).end('no'), /asks for a sign-in/],
  ['500', (_, response) => response.writeHead(500).end('no'), /status 500/],
  ['a page', (_, response) => response.end('<html><title>Docs</title></html>'), /web page/],
  [
    'a circle of redirects',
    (request, response) => response.writeHead(302, { location: `${request.url}` }).end(),
    /redirects more than 5 times/,
  ],
  [
    'a redirect to a file',
    (_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
    /not a URL/,
  ],
  ['a connection that ends', (_, response) => response.destroy(), /cannot be reached/],
  [
    'half an answer',
    (_, response) => void response.writeHead(200, { 'content-length': '1000' }).write('{', () => response.destroy()),
    /cannot be reached/,
  ],
  ['20 MB', (_, response) => response.end(Buffer.alloc(20 * 2 ** 20, ' ')), /over 5 MB/],
  [
    'a gzip bomb',
    (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(50 * 2 ** 20))),
    /over 5 MB/,
  ],
]

async function refused(words: string[], expected: RegExp): Promise<void> {
  const { code, output } = await runPrinted((given) => main(given, root), ['shop', '--yes', ...words], {
    INIT_CWD: root,
  })
  assert.equal(code, 2, output)
  assert.match(output, expected)
  assert.doesNotMatch(output, /\n|^\s+at |undefined|\[object/)
  assert.ok(output.length < 500, output)
  assert.deepEqual(readdirSync(join(root, 'plugins')), [])
}

writeFileSync(join(root, 'good.json'), spec({}))
for (const [index, [title, content, expected]] of files.entries())
  test(`a file with ${title} is refused in one line`, async () => {
    const file = `file-${index}.json`
    writeFileSync(join(root, file), content)
    await refused(['--openapi', file], expected)
  })

for (const [title, words, expected] of options) test(`${title} is refused in one line`, () => refused(words, expected))

for (const [title, listener, expected] of answers)
  test(`a URL that answers with ${title} is refused in one line`, async () => {
    const server = createServer(listener).listen(0, '127.0.0.1')
    await once(server, 'listening')
    after(() => {
      server.closeAllConnections()
      server.close()
    })
    const { port } = server.address() as AddressInfo
    await refused(['--openapi', `http://127.0.0.1:${port}/openapi.json?token=secret-of-the-url`], expected)
  })
