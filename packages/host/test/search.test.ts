import assert from 'node:assert/strict'
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createSocketServer } from 'node:net'
import { after, before, test } from 'node:test'
import type { DocumentOperation } from '@reference-plugins/reader'
import { Caller } from '../src/calls/caller.ts'
import type { RegisteredPlugin } from '../src/plugins/plugins.ts'
import { readPlugin } from '../src/registration/read-plugin.ts'
import { toSentences } from '../src/sentences.ts'
import type { Credentials } from '../src/sign-in/credentials.ts'

let server: Server
let host: string
/** Answers by path; the others get what `other` sends. */
let paths: Record<string, RequestListener> = {}
let other: RequestListener = (_, response) => void response.writeHead(404).end('Not found')
let hits: string[] = []
before(async () => {
  server = createServer((request, response) => {
    hits.push(request.url ?? '')
    const listener = paths[request.url ?? ''] ?? other
    listener(request, response)
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  host = `localhost:${(server.address() as AddressInfo).port}`
})
after(() => {
  server.closeAllConnections()
  server.close()
})

const answer =
  (status: number, text: string, type = 'application/json', headers = {}): RequestListener =>
  (_, response: ServerResponse) =>
    void response.writeHead(status, { 'content-type': type, ...headers }).end(text)
const page = answer(
  200,
  '<!doctype html><div id="root"></div><script>const openapi = {"openapi": "3.1.0"}</script>',
  'text/html',
)
const notFound = answer(404, 'Not found')
const spec = (type = 'json') => {
  const document = {
    openapi: '3.1.0',
    info: { title: 'Books', version: '1' },
    paths: { '/books': { get: { operationId: 'listBooks', summary: 'L', responses: { 200: { description: 'ok' } } } } },
  }
  const yaml = `openapi: 3.1.0\ninfo:\n  title: Books\n  version: "1"\npaths: ${JSON.stringify(document.paths)}\n`
  return type === 'json' ? answer(200, JSON.stringify(document)) : answer(200, yaml, 'application/yaml')
}

/** An MCP server without sessions, as the protocol of 2025-06-18 has it. */
const mcp: RequestListener = async (request, response) => {
  if (request.method !== 'POST') return void response.writeHead(405, { allow: 'POST' }).end()
  const { id, method } = JSON.parse(Buffer.concat(await request.toArray()).toString())
  const results: Record<string, object> = {
    initialize: { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 'm', version: '1' } },
    'tools/list': { tools: [{ name: 'echo', description: 'E', inputSchema: { type: 'object', properties: {} } }] },
  }
  if (id === undefined) return void response.writeHead(202).end()
  const result = results[method]
  const body = result ? { result } : { error: { code: -32601, message: 'unknown' } }
  answer(200, JSON.stringify({ jsonrpc: '2.0', id, ...body }))(request, response)
}

async function read(
  served: typeof paths,
  otherwise = notFound,
  path = '',
  more: { token?: string; longestFetch?: number } = {},
) {
  paths = served
  other = otherwise
  hits = []
  const options = { allowLoopback: true, signal: AbortSignal.timeout(20_000), ...more }
  const { found, steps } = await readPlugin(`${host}${path}`, options)
  return { found, reached: steps[0]?.message ?? '', failed: steps.find(({ state }) => state === 'failed') }
}

test('an address without a path leads to a spec or an MCP server where developers serve them', async () => {
  // A single-page app answers 200 everywhere, and an API may ask for a token everywhere.
  for (const [place, listener, source] of [
    ['/openapi.json', spec(), 'spec'],
    ['/openapi.yaml', spec('yaml'), 'spec'],
    ['/swagger.json', spec(), 'spec'],
    ['/v3/api-docs', spec(), 'spec'],
    ['/swagger/v1/swagger.json', spec(), 'spec'],
    ['/openapi/v1.json', spec(), 'spec'],
    ['/api-docs', spec(), 'spec'],
    ['/mcp', mcp, 'mcp'],
  ] as const)
    for (const otherwise of [notFound, page, answer(401, '{}'), answer(200, '{"message":"Hello"}')]) {
      const { found, reached, failed } = await read({ [place]: listener }, otherwise)
      assert.equal(found?.document.source, source, `${place} ${JSON.stringify(failed)}`)
      assert.match(reached, /Tried \/\.well-known\/ai-plugin\.json \((404|401|a web page|something else)\)/)
      assert.ok(reached.includes(`${place} (`), reached)
    }
})

test('an MCP server that answers no GET, or every GET alike, is found by a call of it', async () => {
  const postOnly: RequestListener = (request, response) => (request.method === 'POST' ? mcp : other)(request, response)
  for (const otherwise of [notFound, page, answer(400, '{}'), answer(405, '{}')])
    for (const [at, path] of [
      ['/mcp', ''],
      ['/mcp', '/mcp'],
      ['/', ''],
      ['/mcp/tools', '/mcp/tools'],
    ] as const) {
      const { found, failed } = await read({ [at]: postOnly }, otherwise, path)
      assert.equal(found?.document.source, 'mcp', JSON.stringify(failed))
    }
})

test('the search stops at the first that is found, and a manifest comes before all', async () => {
  const { found } = await read({ '/openapi.json': spec(), '/openapi.yaml': spec('yaml'), '/mcp': mcp })
  assert.equal(found?.texts.specUrl, `http://${host}/openapi.json`)
  assert.ok(!hits.includes('/openapi.yaml') && !hits.includes('/mcp'))
})

test('where nothing is found, the message says what was tried and what came', async () => {
  const { found, reached, failed } = await read({ '/openapi.json': page, '/swagger.json': answer(500, 'x') })
  assert.equal(found, undefined)
  for (const one of ['/openapi.json (a web page)', '/swagger.json (500)', '/openapi.yaml (404)', '/mcp (404)'])
    assert.ok(reached.includes(one), reached)
  assert.match(failed?.message ?? '', /There is no manifest/)
  assert.match(failed?.advice ?? '', /Or type the URL of your spec or MCP server/)
})

test('an API that asks for a token everywhere is not taken for an MCP server', async () => {
  const bearer = answer(401, '{}', 'application/json', { 'www-authenticate': 'Bearer' })
  const { found, reached, failed } = await read({}, bearer)
  assert.equal(found, undefined)
  assert.match(reached, /\/mcp \(401\)/)
  assert.match(failed?.message ?? '', /asks for a token/)
  const guarded: RequestListener = (request, response) =>
    (request.headers.authorization === 'Bearer t' ? spec() : bearer)(request, response)
  assert.equal((await read({ '/openapi.json': guarded }, bearer, '', { token: 't' })).found?.document.source, 'spec')
})

test('a server that hangs during the search is not waited for at every place', async () => {
  const start = performance.now()
  const { reached } = await read({ '/.well-known/ai-plugin.json': notFound }, () => {}, '', { longestFetch: 2_000 })
  assert.ok(performance.now() - start < 20_000)
  assert.match(reached, /\/openapi\.json \(localhost:\d+ did not answer/)
})

test('a page of the API, and the path before its operations, also lead to the spec', async () => {
  assert.equal(
    (await read({ '/docs': page, '/openapi.json': spec() }, notFound, '/docs')).found?.document.source,
    'spec',
  )
  const below = await read({ '/api/openapi.json': spec() }, notFound, '/api/')
  assert.equal(below.found?.texts.specUrl, `http://${host}/api/openapi.json`)
})

test('the message about a spec whose URL was typed gives no advice about a manifest', async () => {
  const { failed } = await read({}, notFound, '/openapi.json')
  assert.equal(failed?.message, `There is no spec at http://${host}/openapi.json`)
  assert.doesNotMatch(failed?.advice ?? '', /manifest|api\.url/)
})

test('sentences have one full stop each', async () => {
  assert.equal(
    toSentences(['One.', 'Two', 'Three?', ' ', 'Four…', 'Say "five."']),
    'One. Two. Three? Four… Say "five."',
  )
  const faulty = { openapi: '3.1.0', info: {}, paths: { '/a': { get: {} }, '/b': { get: {} }, '/c/{id}': { get: {} } } }
  paths = { '/openapi.json': answer(200, JSON.stringify(faulty)) }
  const options = { allowLoopback: true, signal: AbortSignal.timeout(20_000) }
  const { steps } = await readPlugin(`${host}/openapi.json`, options)
  const texts = steps.flatMap(({ message, advice }) => [message, advice ?? ''])
  assert.ok(texts.some((text) => /operationId is missing/.test(text)))
  for (const text of texts) assert.doesNotMatch(text, /[^.]\.\.([^.]|$)/)
})

test('a call of a server that has gone says which address does not answer and what to do', async () => {
  const closed = createSocketServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => closed.once('listening', resolve))
  const { port } = closed.address() as AddressInfo
  await new Promise((resolve) => closed.close(resolve))
  for (const [served, path] of [
    [{ '/openapi.json': spec() }, '/openapi.json'],
    [{ '/mcp': mcp }, '/mcp'],
  ] as const) {
    const { found } = await read(served, notFound, path)
    assert.ok(found)
    const document = { ...found.document, server: found.document.server.replace(host, `localhost:${port}`) }
    const credentials = { authorization: async () => undefined } as unknown as Credentials
    const { state, result } = await new Caller({ credentials, allowLoopback: true }).call({
      id: 'call',
      user: 'ada',
      plugin: { ...found, id: 'plugin-1', document } as unknown as RegisteredPlugin,
      operation: document.operations[0] as DocumentOperation,
      arguments: {},
      conversation: 'c',
      signal: AbortSignal.timeout(10_000),
    })
    assert.equal(state, 'failed')
    assert.match(
      result ?? '',
      new RegExp(`Nothing listens at localhost:${port}\\. Start the plugin.*Tell the user\\.$`),
    )
  }
})
