import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { temporaryFolder } from '@reference-plugins/store/temporary'
import { type ContractOptions, checkPlugin } from '../src/index.ts'
import type { Report } from '../src/rules/finding.ts'

interface Answer {
  status?: number
  headers?: Record<string, string>
  body?: string | Buffer | object
}
type Routes = Record<string, Answer | ((headers: IncomingHttpHeaders) => Answer)>

const lost: Answer = { status: 404, headers: { 'content-type': 'text/html' }, body: '<h1>Not found</h1>' }

/** Serves fixed answers by method and path: `GET /things`, or the path alone for GET. `*` answers the rest. */
async function withServer<Result>(routes: (url: string) => Routes, use: (url: string) => Promise<Result>) {
  const server = createServer((request, response) => {
    const { headers } = request
    const { pathname, search } = new URL(request.url ?? '/', 'http://localhost')
    const known = routes(url)
    // HEAD is answered as GET, unless the test has it.
    const isHead = request.method === 'HEAD' && !Object.keys(known).some((key) => key.startsWith('HEAD '))
    const method = isHead ? 'GET' : request.method
    const keys = [
      `${method} ${pathname}${search}`,
      `${method} ${pathname}`,
      ...(method === 'GET' ? [pathname] : []),
      '*',
    ]
    const found = keys.map((key) => known[key]).find(Boolean) ?? lost
    const { status = 200, headers: more, body = '' } = typeof found === 'function' ? found(headers) : found
    const isBytes = typeof body === 'string' || Buffer.isBuffer(body)
    response.writeHead(status, { ...(!isBytes && { 'content-type': 'application/json' }), ...more })
    response.end(isBytes ? body : JSON.stringify(body))
  })
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  try {
    return await use(url)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

const check = (routes: (url: string) => Routes, options: Partial<ContractOptions> = {}, path = ''): Promise<Report> =>
  withServer(routes, (url) => checkPlugin({ maxTime: 20, ...options, baseUrl: url + path }))

const ok = { 200: { description: 'd', content: { 'application/json': { schema: { type: 'object' } } } } }
const spec = (more: object = {}) => ({
  openapi: '3.1.0',
  info: { title: 't', version: '1' },
  paths: { '/things': { get: { responses: ok } } },
  ...more,
})
const things = { '/things': { body: { things: [] } } }
const errors = ({ findings }: Report) =>
  findings.filter(({ severity }) => severity === 'error').map(({ code, subject, detail }) => [code, subject, detail])
const codes = ({ findings }: Report) => findings.map(({ code, severity }) => `${severity} ${code}`)
const app: Answer = { headers: { 'content-type': 'text/html' }, body: '<!doctype html><div id="app"></div>' }

const ways: Record<string, { routes: Routes; path?: string; options?: Partial<ContractOptions>; warns?: boolean }> = {
  'at /openapi.json': { routes: { '/openapi.json': { body: spec() }, ...things }, warns: true },
  'at /openapi.yaml': {
    routes: {
      '/openapi.yaml': {
        body: 'openapi: 3.1.0\ninfo: {title: t, version: "1"}\npaths: {/things: {get: {responses: {200: {description: d}}}}}',
      },
      ...things,
    },
    warns: true,
  },
  'where Spring serves it': { routes: { '/v3/api-docs': { body: spec() }, ...things }, warns: true },
  'beside a single-page app that answers every path': {
    routes: { '/swagger.json': { body: spec() }, ...things, '*': app },
    warns: true,
  },
  'behind a server that asks every stranger for a token': {
    routes: { '/openapi.json': { body: spec() }, ...things, '*': { status: 401, body: {} } },
    warns: true,
  },
  'at its own URL': { routes: { '/docs/my-api.json': { body: spec() }, ...things }, path: '/docs/my-api.json' },
  'at its own URL, with a query': {
    routes: { 'GET /docs?format=openapi': { body: spec() }, ...things },
    path: '/docs?format=openapi',
  },
  'at its own URL, after a redirect': {
    routes: {
      '/spec': { status: 302, headers: { location: '/v1/spec' } },
      '/v1/spec': { body: spec({ servers: [{ url: '..' }] }) },
      ...things,
    },
    path: '/spec',
  },
  'linked by a page of documentation': {
    routes: {
      '/docs': {
        headers: { 'content-type': 'text/html' },
        body: '<!doctype html><script>SwaggerUIBundle({url: "/internal/openapi-v1.json"})</script>',
      },
      '/internal/openapi-v1.json': { body: spec() },
      ...things,
    },
    path: '/docs',
    warns: true,
  },
  'in the script of a page of documentation': {
    routes: {
      '/docs/': {
        headers: { 'content-type': 'text/html' },
        body: '<!doctype html><script src="./swagger-initializer.js"></script>',
      },
      '/docs/swagger-initializer.js': {
        headers: { 'content-type': 'application/javascript' },
        body: 'window.ui = SwaggerUIBundle({url: "../private/spec.yaml"})',
      },
      '/private/spec.yaml': { body: JSON.stringify(spec()) },
      ...things,
    },
    path: '/docs/',
    warns: true,
  },
  'named by its path': { routes: { '/odd/place': { body: spec() }, ...things }, options: { spec: '/odd/place' } },
  'below the path of the address': {
    routes: {
      '/api/v3/openapi.json': { body: spec({ servers: [{ url: '/api/v3' }] }) },
      '/api/v3/things': { body: {} },
    },
    path: '/api/v3',
    warns: true,
  },
  'of Swagger 2, with a base path': {
    routes: {
      '/swagger.json': {
        body: {
          ...{
            swagger: '2.0',
            info: { title: 't', version: '1' },
            host: 'api.example.com',
            basePath: '/v2',
            produces: ['application/json'],
          },
          paths: { '/things': { get: { responses: { 200: { description: 'd', schema: { type: 'object' } } } } } },
        },
      },
      '/v2/things': { body: {} },
    },
    warns: true,
  },
}

for (const [what, { routes, path, options, warns }] of Object.entries(ways))
  test(`a plain API passes, and its spec is found: ${what}`, async () => {
    const report = await check(() => routes, options, path)
    assert.deepEqual(errors(report), [])
    assert.equal(report.answered.size, 1)
    assert.deepEqual(codes(report).includes('warning manifest-missing'), warns === true)
    assert.equal(report.isPlugin, false)
  })

test('a spec in a file is used, and the path of the address is that of the calls', async () => {
  const file = join(temporaryFolder(), 'spec.json')
  writeFileSync(file, JSON.stringify(spec({ servers: [{ url: 'https://api.example.com/elsewhere' }] })))
  const report = await check(() => ({ '/base/things': { body: {} } }), { spec: file }, '/base')
  assert.deepEqual([codes(report), report.answered.size], [[], 1])
})

test('a manifest that is missing is an error where it is required, and where the spec is for assistants', async () => {
  const forAssistants = spec({ paths: { '/things': { get: { 'x-openai-isConsequential': false, responses: ok } } } })
  const required = await check(() => ({ '/openapi.json': { body: spec() }, ...things }), { manifest: 'required' })
  const meant = await check(() => ({ '/openapi.json': { body: forAssistants }, ...things }))
  const none = await check(() => ({ '/openapi.json': { body: spec() }, ...things }), { manifest: 'none' })
  assert.deepEqual(
    [required, meant, none].map((report) => codes(report).filter((one) => one.endsWith('manifest-missing'))),
    [['error manifest-missing'], ['error manifest-missing'], []],
  )
})

test('without a manifest and a spec both are missing', async () => {
  const report = await check(() => ({}))
  assert.deepEqual(codes(report).sort(), ['error manifest-missing', 'error spec-missing'])
})

const manifestOf = (url: string, more: object = {}) => ({
  ...{
    schema_version: 'v1',
    name_for_human: 'Things',
    name_for_model: 'things_of_all',
    description_for_human: 'Things.',
  },
  ...{ description_for_model: 'Lists things.', auth: { type: 'none' }, contact_email: 'a@example.com' },
  ...{
    api: { type: 'openapi', url: `${url}/openapi.json` },
    logo_url: `${url}/logo.png`,
    legal_info_url: `${url}/legal`,
  },
  ...more,
})
const cors = { 'access-control-allow-origin': '*' }
const described = (server: string) =>
  spec({
    info: { title: 't', description: 'd', version: '1' },
    servers: [{ url: server }],
    paths: { '/things': { get: { operationId: 'listThings', summary: 'All', responses: ok } } },
  })
/** A plugin on a path. */
const plugin = (base: string, at = '', more: object = {}): Routes => ({
  [`${at}/.well-known/ai-plugin.json`]: { body: manifestOf(base, more), headers: cors },
  [`${at}/openapi.json`]: { body: described(base), headers: cors },
  [`${at}/logo.png`]: { headers: { 'content-type': 'image/png' }, body: 'x' },
  [`${at}/legal`]: { headers: { 'content-type': 'text/plain' }, body: 'x' },
  [`${at}/things`]: { body: {} },
})

test('a spec that asks for a token is to be saved to a file', async () => {
  const locked = { '/api/docs': { status: 401, body: {} }, ...things }
  const { findings } = await check(() => locked, { spec: '/api/docs' })
  assert.deepEqual(
    findings.map(({ code }) => code),
    ['spec-missing'],
  )
  assert.match(
    findings[0]?.detail ?? '',
    /docs answers 401: save it to a file, .* give the path of the file to --spec$/,
  )
  const { findings: others } = await check(() => things, { spec: '/api/docs' })
  assert.match(others[0]?.detail ?? '', /docs answers 404$/)
})

test('a plugin on a path is found there, also behind a proxy that takes the path away', async () => {
  const direct = await check((url) => plugin(`${url}/todo`, '/todo'), {}, '/todo')
  const behind = await check(() => plugin('https://example.com', '/todo'), {}, '/todo/')
  const byManifest = await check((url) => plugin(`${url}/todo`, '/todo'), {}, '/todo/.well-known/ai-plugin.json')
  for (const report of [direct, behind, byManifest])
    assert.deepEqual([codes(report), report.answered.size, report.isPlugin], [[], 1, true])
})

const odd: Record<string, [more: object, expected: string[]]> = {
  'white space for a name': [{ name_for_human: ' ' }, ['error manifest-member']],
  'verification tokens in a list': [
    { auth: { type: 'service_http', authorization_type: 'bearer', verification_tokens: ['x'] } },
    ['error manifest-member'],
  ],
  'no auth': [{ auth: undefined }, ['error manifest-member']],
  'a spec over plain http': [
    { api: { type: 'openapi', url: 'http://api.things.org/openapi.json' } },
    ['warning manifest-domain', 'warning manifest-limit'],
  ],
  'a page in place of a logo': [{ logo_url: 'https://example.com/things' }, ['warning manifest-link']],
}
for (const [what, [more, expected]] of Object.entries(odd))
  test(`a manifest is judged: ${what}`, async () => {
    const report = await check(() => plugin('https://example.com', '', more))
    assert.deepEqual(codes(report), expected)
  })

test('a manifest that is redirected, and a document that is empty', async () => {
  const moved = await check((url) => ({
    ...plugin(url),
    '/.well-known/ai-plugin.json': { status: 301, headers: { location: '/manifest' } },
    '/manifest': { body: manifestOf(url), headers: cors },
    '/legal': { body: '' },
  }))
  assert.deepEqual(codes(moved), ['error manifest-link', 'warning manifest-missing'])
})

const answering = (answer: Answer, response: object = ok[200], method = 'get') =>
  check(
    (url) => ({
      '/openapi.json': {
        body: spec({ paths: { '/a': { [method]: { responses: { 200: { description: 'd', ...response } } } } } }),
      },
      [`${method.toUpperCase()} ${new URL(url).pathname}a`]: answer,
    }),
    { manifest: 'none' },
  )
const contentOf = (type: string, schema?: object) => ({ content: { [type]: { schema } } })
const json = { 'content-type': 'application/json' }

const answers: Record<string, [answer: Answer, response: object | undefined, expected: string[]]> = {
  'gzip without being asked': [
    { headers: { ...json, 'content-encoding': 'gzip' }, body: gzipSync('{}') },
    undefined,
    [],
  ],
  'a label of gzip on plain text': [
    { headers: { ...json, 'content-encoding': 'gzip' }, body: '{}' },
    undefined,
    ['warning answer-encoding'],
  ],
  'bytes that are not UTF-8': [
    { headers: json, body: Buffer.from('{"a":"\xff"}', 'latin1') },
    undefined,
    ['warning answer-encoding'],
  ],
  'a byte order mark': [{ headers: json, body: '\ufeff{}' }, undefined, ['warning answer-encoding']],
  'text in Latin-1, labelled so': [
    { headers: { 'content-type': 'text/plain; charset=iso-8859-1' }, body: Buffer.from('\xe9', 'latin1') },
    contentOf('text/plain', { type: 'string', maxLength: 1 }),
    [],
  ],
  'a picture of any bytes': [
    { headers: { 'content-type': 'image/png' }, body: Buffer.from([0xff, 0xfe, 0, 1]) },
    contentOf('image/*'),
    [],
  ],
  'a number as text': [
    { headers: { 'content-type': 'text/plain' }, body: '7' },
    contentOf('text/plain', { type: 'integer', minimum: 8 }),
    ['error answer-schema'],
  ],
  'one JSON value a line': [
    { headers: { 'content-type': 'application/x-ndjson' }, body: '{}\n{}\n' },
    contentOf('application/x-ndjson', { type: 'string' }),
    [],
  ],
  'a line that is not JSON': [
    { headers: { 'content-type': 'application/x-ndjson' }, body: '{}\n{\n' },
    contentOf('application/x-ndjson'),
    ['error answer-not-json'],
  ],
  'JSON of a vendor': [
    { headers: { 'content-type': 'application/vnd.a.v1+json' }, body: '[]' },
    contentOf('application/vnd.a.v1+json', { type: 'object' }),
    ['error answer-schema'],
  ],
  'a version in the media type': [
    { headers: { 'content-type': 'application/json; version=2' }, body: '{"two":1}' },
    {
      content: {
        'application/json; version=1': { schema: { required: ['one'] } },
        'application/json;version=2': { schema: { required: ['two'] } },
      },
    },
    [],
  ],
  'headers as described': [
    { headers: { ...json, 'x-left': '7', 'x-at': '2026-01-02T03:04:05Z' }, body: {} },
    {
      ...ok[200],
      headers: {
        'X-Left': { required: true, schema: { type: 'integer' } },
        'X-At': { schema: { type: 'string', format: 'date-time' } },
      },
    },
    [],
  ],
  'a header that is missing': [
    { body: {} },
    { ...ok[200], headers: { 'X-Left': { required: true, schema: {} } } },
    ['warning answer-header'],
  ],
  'a header of another type': [
    { headers: { ...json, 'x-left': 'few' }, body: {} },
    { ...ok[200], headers: { 'X-Left': { schema: { type: 'integer' } } } },
    ['warning answer-header'],
  ],
}
for (const [what, [answer, response, expected]] of Object.entries(answers))
  test(`an answer is judged: ${what}`, async () => assert.deepEqual(codes(await answering(answer, response)), expected))

test('HEAD is called and judged, without a body', async () => {
  assert.deepEqual(codes(await answering({ headers: json }, undefined, 'head')), [])
  assert.deepEqual(codes(await answering({ status: 500 }, undefined, 'head')), ['error server-error'])
})

test('what the spec describes is asked for', async () => {
  const csv: Routes[string] = ({ accept = '' }) =>
    accept.startsWith('text/csv') ? { headers: { 'content-type': 'text/csv' }, body: 'a,b\n' } : { status: 406 }
  const report = await check(
    () => ({
      '/openapi.json': {
        body: spec({
          paths: {
            '/a': {
              get: { responses: { 200: { description: 'd', ...contentOf('text/csv') }, 406: { description: 'd' } } },
            },
          },
        }),
      },
      '/a': csv,
    }),
    { manifest: 'none' },
  )
  assert.deepEqual(codes(report), [])
})

test('a server without the base path of its public address is called without it, with a warning', async () => {
  const document = spec({ servers: [{ url: 'https://api.example.com/v1' }] })
  const report = await check(() => ({ '/openapi.json': { body: document }, ...things }), { manifest: 'none' })
  assert.deepEqual([codes(report), report.answered.size], [['warning spec-server'], 1])
})

test('an operation that the server does not have is found by what it answers to any path', async () => {
  const missing = (status: number, body: object) =>
    check(() => ({ '/openapi.json': { body: spec() }, '*': { status, body } }), { manifest: 'none' })
  assert.ok(codes(await missing(404, { title: 'Not found' })).includes('warning operation-missing'))
  assert.ok(codes(await missing(405, {})).includes('error operation-missing'))
  const empty = await check(
    () => ({ '/openapi.json': { body: spec() }, '/things': { status: 404, body: { title: 'There are none' } } }),
    { manifest: 'none' },
  )
  assert.ok(!codes(empty).some((one) => one.includes('operation-missing')))
})

test('a redirect that is described is an answer', async () => {
  const paths = { '/latest': { get: { responses: { 302: { description: 'd' } } } } }
  const report = await check(
    () => ({ '/openapi.json': { body: spec({ paths }) }, '/latest': { status: 302, headers: { location: '/x' } } }),
    { manifest: 'none' },
  )
  assert.deepEqual([codes(report), report.answered.size, report.untested], [[], 1, []])
})
