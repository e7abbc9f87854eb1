import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { type AddressInfo, createServer as createSocketServer } from 'node:net'
import { after, before, beforeEach, test } from 'node:test'
import { readPlugin } from '../src/registration/read-plugin.ts'
import type { RegistrationStep } from '../src/wire.ts'

let server: Server
let answer: RequestListener
let hits: string[] = []
let host: string
before(async () => {
  server = createServer((request, response) => {
    hits.push(request.url ?? '')
    answer(request, response)
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  host = `localhost:${(server.address() as AddressInfo).port}`
})
after(() => {
  server.closeAllConnections()
  server.close()
})
beforeEach(() => {
  hits = []
})

const manifest = (changes: object = {}) => ({
  schema_version: 'v1',
  name_for_human: 'Shop',
  name_for_model: 'shop',
  description_for_human: 'Orders things.',
  description_for_model: 'Orders things.',
  auth: { type: 'none' },
  api: { type: 'openapi', url: `http://${host}/spec/shop.yaml` },
  logo_url: `http://${host}/logo.png`,
  contact_email: 'shop@example.com',
  legal_info_url: `http://${host}/legal`,
  ...changes,
})
const spec = (changes: object = {}) => ({
  openapi: '3.1.0',
  info: { title: 'Shop', version: '1' },
  servers: [{ url: `http://${host}` }],
  paths: {
    '/things': { get: { operationId: 'getThings', summary: 'Get', responses: { 200: { description: 'ok' } } } },
  },
  ...changes,
})
const cors = { 'access-control-allow-origin': '*', 'access-control-allow-private-network': 'true' }
/** A good plugin, except for the given answers by path. */
const serve =
  (other: Record<string, string | object | RequestListener> = {}): RequestListener =>
  (request, response) => {
    const path = request.url ?? ''
    const found = other[path] ?? { '/.well-known/ai-plugin.json': manifest(), '/spec/shop.yaml': spec() }[path]
    if (typeof found === 'function') return found(request, response)
    if (request.method === 'OPTIONS') return void response.writeHead(204, cors).end()
    if (found === undefined) return void response.writeHead(404).end('Not found')
    response
      .writeHead(200, { ...cors, 'content-type': 'application/json' })
      .end(typeof found === 'string' ? found : JSON.stringify(found))
  }
async function read(address = host, options: { allowLoopback?: boolean; longestFetch?: number } = {}) {
  const told: RegistrationStep[] = []
  const { steps, found } = await readPlugin(address, {
    allowLoopback: true,
    ...options,
    signal: AbortSignal.timeout(10_000),
    tell: (step) => told.push(step),
  })
  const failed = steps.find(({ state }) => state === 'failed')
  return { steps, found, failed, told, step: (name: string) => steps.find((one) => one.name === name) }
}

test('a good plugin passes every step, and each step shows what was sent and received', async () => {
  answer = serve()
  const { steps, found, told } = await read()
  assert.deepEqual(
    steps.map(({ name, state }) => `${name} ${state}`),
    [
      'reach passed',
      'manifest passed',
      'read manifest passed',
      'check manifest passed',
      'spec passed',
      'read spec passed',
      'check spec passed',
      'operations passed',
      'auth passed',
      'domains passed',
      'CORS passed',
    ],
  )
  assert.equal(found?.document.operations[0]?.name, 'getThings')
  const [exchange] = steps[0]?.exchanges ?? []
  assert.equal(exchange?.status, 200)
  assert.match(exchange?.body ?? '', /name_for_model/)
  assert.deepEqual(
    told.slice(0, 2).map(({ name, state }) => `${name} ${state}`),
    ['reach running', 'reach passed'],
  )
})

test('the URL of a spec, a manifest or a page of the site also leads to the plugin', async () => {
  answer = serve({ '/': '<html>A site</html>' })
  for (const path of ['/spec/shop.yaml', '/.well-known/ai-plugin.json', '/docs']) {
    const { found } = await read(`http://${host}${path}`)
    assert.equal(found?.document.source, path === '/spec/shop.yaml' ? 'spec' : 'manifest', path)
  }
})

for (const [name, other, step, message, advice] of [
  [
    'a missing manifest',
    { '/.well-known/ai-plugin.json': ((_, response) => void response.writeHead(404).end()) as RequestListener },
    'manifest',
    /There is no manifest at/,
    /the dot and the folder/,
  ],
  [
    'HTML in place of the manifest',
    { '/.well-known/ai-plugin.json': '<!doctype html><title>App</title>' },
    'read manifest',
    /HTML|web page/i,
    /./,
  ],
  [
    'broken JSON',
    { '/.well-known/ai-plugin.json': '{\n  "schema_version": "v1"\n  "name_for_human": "x"\n}' },
    'read manifest',
    /comma|JSON/i,
    /Line 3, column/,
  ],
  [
    'a Microsoft manifest',
    {
      '/.well-known/ai-plugin.json': {
        schema_version: 'v2.4',
        functions: [],
        runtimes: [{ type: 'OpenApi', spec: { url: 'https://a.example/spec.yaml' } }],
      },
    },
    'read manifest',
    /Microsoft/,
    /./,
  ],
  [
    'a manifest of another tool',
    { '/.well-known/ai-plugin.json': { name: 'x', plugins: [] } },
    'read manifest',
    /not a ChatGPT plugin manifest/,
    /./,
  ],
  [
    'a manifest that needs a token',
    { '/.well-known/ai-plugin.json': ((_, response) => void response.writeHead(401).end()) as RequestListener },
    'manifest',
    /asks for a token \(401\)/,
    /before anybody has signed in/,
  ],
  [
    'a server that fails',
    { '/.well-known/ai-plugin.json': ((_, response) => void response.writeHead(500).end()) as RequestListener },
    'manifest',
    /answers 500/,
    /log/,
  ],
  [
    'a server that has been asked too often',
    { '/spec/shop.yaml': ((_, response) => void response.writeHead(429).end()) as RequestListener },
    'spec',
    /answers 429: too many requests/,
    /Wait/,
  ],
  ...['gzip', 'br', 'deflate', 'zstd'].map(
    (encoding) =>
      [
        `a spec that is not ${encoding}`,
        {
          '/spec/shop.yaml': ((_, response) =>
            void response.writeHead(200, { 'content-encoding': encoding }).end('openapi: 3.1.0')) as RequestListener,
        },
        'spec',
        /cannot be unpacked/,
        /Content-Encoding/,
      ] as const,
  ),
  [
    'a missing spec',
    { '/spec/shop.yaml': ((_, response) => void response.writeHead(404).end()) as RequestListener },
    'spec',
    /There is no spec at/,
    /api\.url/,
  ],
  [
    'HTML in place of the spec',
    { '/spec/shop.yaml': '<html><body>Sign in</body></html>' },
    'read spec',
    /HTML|web page/i,
    /./,
  ],
  [
    'a spec without operations',
    { '/spec/shop.yaml': '{"openapi":"3.1.0","info":{},"paths":{}}' },
    'read spec',
    /nothing to call/,
    /./,
  ],
] as const)
  test(`the step ${step} reports ${name}`, async () => {
    answer = serve(other)
    const { failed, found } = await read()
    assert.equal(failed?.name, step, JSON.stringify(failed))
    assert.match(failed.message, message)
    assert.match(failed.advice ?? '', advice)
    assert.equal(found, undefined)
  })

test('a trailing comma is repaired, with a warning that other hosts may reject it', async () => {
  answer = serve({ '/.well-known/ai-plugin.json': JSON.stringify(manifest()).replace(/}$/, ',}') })
  const { step, found } = await read()
  assert.equal(step('check manifest')?.state, 'warned')
  assert.match(step('check manifest')?.advice ?? '', /comma/i)
  assert.equal(found?.repairs.length, 1)
})

test('a repair that is made at several places is told once', async () => {
  const operation = (id: string) => ({ get: { operationId: id, responses: { 200: { description: 'ok' } } } })
  const paths = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`/p${index}`, operation(`get${index}`)]))
  answer = serve({ '/spec/shop.yaml': spec({ paths }) })
  const { step, found } = await read()
  assert.equal(found?.repairs.length, 9)
  const advice = 'At 9 places: The operation has no summary and no description; a model needs one to choose it.'
  assert.equal(step('check spec')?.advice, advice)
})

test('missing CORS is a warning, because this host does not need it', async () => {
  answer = (request, response) => {
    if (request.method === 'OPTIONS') return void response.writeHead(404).end()
    const body = request.url === '/spec/shop.yaml' ? spec() : manifest()
    response.end(JSON.stringify(body))
  }
  const { step, found } = await read()
  assert.equal(step('CORS')?.state, 'warned')
  assert.match(step('CORS')?.message ?? '', /manifest cannot be read by a page.*spec cannot.*preflight/)
  assert.ok(found)
})

test('a closed port, an unknown name and http typed as https get different messages', async () => {
  const closed = createSocketServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => closed.once('listening', resolve))
  const { port } = closed.address() as AddressInfo
  await new Promise((resolve) => closed.close(resolve))
  const wrongPort = (await read(`localhost:${port}`)).failed
  assert.match(wrongPort?.message ?? '', new RegExp(`Nothing listens at localhost:${port}`))
  assert.match(wrongPort?.advice ?? '', /port that it prints/)
  assert.match((await read('nothing.invalid')).failed?.message ?? '', /was not found/)
  const other = createSocketServer((socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n')).listen(0, '127.0.0.1')
  await new Promise((resolve) => other.once('listening', resolve))
  const noHttp = (await read(`localhost:${(other.address() as AddressInfo).port}`)).failed
  other.close()
  assert.match(noHttp?.message ?? '', /does not speak HTTP/)
  assert.match(noHttp?.advice ?? '', /another program/)
  const asHttps = (await read(`https://${host}`)).failed
  assert.match(asHttps?.message ?? '', /does not speak TLS/)
  assert.match(asHttps?.advice ?? '', new RegExp(`http://${host}`))
})

test('an untrusted certificate and https typed as http get different messages', async () => {
  const command = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost'
  // Writes the key and the certificate to its output.
  const pem = execFileSync('openssl', [...command.split(' '), '-keyout', '-'], { stdio: 'pipe' })
  const secure = createSecureServer({ key: pem, cert: pem }, (_, response) => response.end('{}')).listen(0, '127.0.0.1')
  await new Promise((resolve) => secure.once('listening', resolve))
  const { port } = secure.address() as AddressInfo
  const untrusted = (await read(`https://localhost:${port}`)).failed
  const plain = (await read(`http://localhost:${port}`)).failed
  secure.close()
  secure.closeAllConnections()
  assert.match(untrusted?.advice ?? '', /self-signed/)
  assert.match(plain?.advice ?? '', /https:\/\//)
})

test('a server that hangs or sends slowly is given up after a limit', async () => {
  const impatient = { longestFetch: 150 }
  answer = () => {}
  assert.match((await read(host, impatient)).failed?.message ?? '', /did not answer within/)
  answer = (_, response) => {
    const timer = setInterval(() => response.write(' '), 50)
    response.on('close', () => clearInterval(timer))
  }
  assert.match((await read(host, impatient)).failed?.message ?? '', /did not answer within/)
})

test('a document over 5 MB is not read to its end', async () => {
  answer = (_, response) => {
    const timer = setInterval(() => response.write(Buffer.alloc(2 ** 20)), 1)
    response.on('close', () => clearInterval(timer))
  }
  assert.match((await read()).failed?.message ?? '', /over 5 MB/)
})

test('in production no request goes to this machine or a private network, in whatever form the address is written', async () => {
  answer = serve()
  const production = { allowLoopback: false }
  const { port } = new URL(`http://${host}`)
  for (const address of [
    host,
    `127.0.0.1:${port}`,
    `http://127.1:${port}`,
    `http://0x7f000001:${port}`,
    `http://2130706433:${port}`,
    `http://0177.0.0.1:${port}`,
    `http://[::1]:${port}`,
    `http://[::ffff:7f00:1]:${port}`,
    `http://[::7f00:1]:${port}`,
    `http://0.0.0.0:${port}`,
    `http://１２７.０.０.１:${port}`,
    `http://localhost.:${port}`,
    'http://10.0.0.1',
    'http://192.168.1.1',
    'http://169.254.169.254/latest/meta-data',
    'http://[fd00::1]',
    'http://[fe80::1]',
    'http://100.64.0.1',
    'http://[64:ff9b::7f00:1]',
  ]) {
    const { failed } = await read(address, production)
    assert.equal(failed?.name, 'reach', address)
    assert.match(failed.message, /private network|was not found/, address)
  }
  assert.deepEqual(hits, [])
})

test('in development no request goes to a private network, nor does a redirect', async () => {
  for (const address of ['http://10.0.0.1', 'http://192.168.1.1', 'http://169.254.169.254'])
    assert.match((await read(address)).failed?.message ?? '', /private network/, address)
  answer = (_, response) => void response.writeHead(302, { location: 'http://169.254.169.254/' }).end()
  assert.match((await read()).failed?.message ?? '', /private network/)
})
