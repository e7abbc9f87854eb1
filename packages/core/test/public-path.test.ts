import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { definePlugin, none, operation, text } from '../src/index.ts'
import { oauthShop, openShop, serveShop } from './fixture.ts'

const host = 'example.com'

/** Serves a plugin under a path of a domain. A proxy that keeps the path passes it on, another one removes it. */
async function serveUnder(base: string, { plugin = openShop(), proxies = 0 } = {}) {
  const { api } = await serveShop(plugin, { publicUrl: `https://${host}${base}`, proxies })
  const get = (path: string, headers: Record<string, string> = {}) => api.get(path).set({ Host: host, ...headers })
  return { api, get }
}

const paths = [
  '/.well-known/ai-plugin.json',
  '/openapi.json',
  '/openapi.yaml',
  '/openapi-3.0.json',
  '/logo.png',
  '/legal',
  '/livez',
  '/readyz',
  '/things?word=a',
  '/_page/page.js',
]

test('every path is answered with the path of PUBLIC_URL and without it', async () => {
  const { api, get } = await serveUnder('/shop')
  for (const path of paths) {
    const [kept, removed] = [await get(`/shop${path}`).expect(200), await get(path).expect(200)]
    assert.deepEqual(kept.body, removed.body, path)
    assert.equal(kept.headers['content-type'], removed.headers['content-type'])
  }
  const list = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }
  for (const path of ['/shop/mcp', '/shop/mcp/', '/mcp'])
    await api
      .post(path)
      .set({ Host: host, Accept: 'application/json' })
      .send(list)
      .expect(200, /findThings/)
  for (const path of ['/shop', '/shop/', '/']) await get(path, { Accept: 'text/html' }).expect(200, /<title>Shop/)
  for (const path of [
    '/shopping',
    '/shop2/openapi.json',
    '/Shop/openapi.json',
    '/shop%2Fopenapi.json',
    '/shop/nothing',
  ])
    await get(path).expect(404)
})

test('everything that a plugin publishes has the path', async () => {
  const { api, get } = await serveUnder('/a/shop')
  const manifest = (await get('/a/shop/.well-known/ai-plugin.json')).body
  assert.deepEqual(
    [manifest.api.url, manifest.logo_url, manifest.legal_info_url],
    ['openapi.yaml', 'logo.png', 'legal'].map((name) => `https://example.com/a/shop/${name}`),
  )
  for (const path of ['/openapi.json', '/openapi-3.0.json'])
    assert.deepEqual((await get(`/a/shop${path}`)).body.servers, [{ url: 'https://example.com/a/shop' }])
  const page = (await get('/a/shop/', { Accept: 'text/html' })).text
  const links = Array.from(page.matchAll(/ (?:href|src)="(\/[^"]*)"/g), ([, link = '']) => link)
  assert.ok(links.length > 8)
  assert.deepEqual(
    links.filter((link) => !link.startsWith('/a/shop/')),
    [],
  )
  assert.match(page, /claude mcp add --transport http shop https:\/\/example\.com\/a\/shop\/mcp/)
  const discover = await api
    .post('/a/shop/mcp')
    .set({ Host: host, Accept: 'application/json' })
    .send({
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
    })
    .expect(200)
  assert.equal(discover.body.result.serverInfo.websiteUrl, 'https://example.com/a/shop')
  assert.match((await get('/a/shop/nothing').expect(404)).body.detail, /: \/a\/shop\/openapi\.yaml lists/)
  const refused = await api.put('/a/shop/orders').set('Host', host).expect(405)
  assert.match(refused.body.detail, /^\/a\/shop\/orders takes OPTIONS, POST: see \/a\/shop\/openapi\.yaml$/)
  assert.match(
    (await api.post('/a/shop/legal').set('Host', host).expect(405)).body.detail,
    /^\/a\/shop\/legal can only/,
  )
})

test('an OAuth plugin names its sign-in below the path', async () => {
  const { get } = await serveUnder('/shop', { plugin: oauthShop() })
  const { auth } = (await get('/shop/.well-known/ai-plugin.json')).body
  assert.equal(auth.client_url, 'https://example.com/shop/oauth/authorize')
  assert.equal(auth.authorization_url, 'https://example.com/shop/oauth/token')
})

test('pages of the domain may call, whatever the path', async () => {
  const { get } = await serveUnder('/shop')
  const { headers } = await get('/shop/things?word=a', { Origin: 'https://example.com' }).expect(200)
  assert.equal(headers['access-control-allow-origin'], 'https://example.com')
})

// A path of the plugin itself begins with the path of PUBLIC_URL, as with https://example.com/notes and /notes/{id}.
const notes = definePlugin({
  ...openShop(),
  auth: none(),
  operations: {
    listNotes: operation('GET /notes', {
      openWorld: false,
      summary: 'List',
      input: z.object({}),
      output: z.object({ all: z.literal(true) }),
      handler: () => ({ all: true as const }),
    }),
    readNote: operation('GET /notes/{id}', {
      openWorld: false,
      summary: 'Read',
      input: z.object({ id: text(20).describe('The id') }),
      output: z.object({ id: z.string() }),
      handler: ({ id }) => ({ id }),
    }),
  },
})

test('a plugin whose own paths begin with its public path is reached behind both kinds of proxy', async () => {
  const { get } = await serveUnder('/notes', { plugin: notes })
  const html = { Accept: 'text/html' }
  // The proxy keeps the path.
  await get('/notes/notes').expect(200, { all: true })
  await get('/notes/notes/7').expect(200, { id: '7' })
  for (const id of ['notes', 'mcp', 'legal', 'docs']) await get(`/notes/notes/${id}`).expect(200, { id })
  await get('/notes/openapi.json').expect(200, /"servers"/)
  await get('/notes/livez').expect(200, { status: 'ok' })
  await get('/notes', html).expect(200, /<!doctype html>/)
  await get('/notes/', html).expect(200, /<!doctype html>/)
  await get('/notes/_page/page.js').expect(200, /import/)
  // The proxy removes the path.
  await get('/notes').expect(200, { all: true })
  await get('/notes/7').expect(200, { id: '7' })
  await get('/openapi.json').expect(200, /"servers"/)
  await get('/', html).expect(200, /<!doctype html>/)
})

test('a trusted proxy that says that it has removed the path leaves nothing open', async () => {
  const removed = { 'X-Forwarded-Prefix': '/notes' }
  const trusting = await serveUnder('/notes', { plugin: notes, proxies: 1 })
  for (const id of ['notes', 'mcp', 'legal', 'openapi.json'])
    await trusting.get(`/notes/${id}`, removed).expect(200, { id })
  await trusting.get('/notes/7', { 'X-Forwarded-Prefix': '/notes/' }).expect(200, { id: '7' })
  await trusting.get('/notes/notes/openapi.json', removed).expect(404)
  for (const other of ['/note', '/notes/notes', ''])
    await trusting.get('/notes/openapi.json', { 'X-Forwarded-Prefix': other }).expect(200, /"servers"/)
  const strict = await serveUnder('/notes', { plugin: notes })
  await strict.get('/notes/openapi.json', removed).expect(200, /"servers"/)
})

test('a path of the plugin that only begins with the same letters is not touched', async () => {
  const { get } = await serveUnder('/note', { plugin: notes })
  await get('/notes/note').expect(200, { id: 'note' })
  await get('/note/notes/note').expect(200, { id: 'note' })
  await get('/note/7').expect(404)
})

test('the headers of a proxy change neither what is published nor whether a host is accepted', async () => {
  const { get } = await serveUnder('/shop', { proxies: 1 })
  const forwarded = {
    'X-Forwarded-Host': 'evil.example',
    'X-Forwarded-Proto': 'http',
    'X-Forwarded-Port': '81',
    Forwarded: 'for=203.0.113.9;host=evil.example;proto=http',
  }
  const plain = await get('/shop/.well-known/ai-plugin.json').expect(200)
  assert.deepEqual((await get('/shop/.well-known/ai-plugin.json', forwarded).expect(200)).body, plain.body)
  await get('/shop/openapi.json', { Host: 'evil.example', 'X-Forwarded-Host': host }).expect(421)
  await get('/shop/livez', { Host: '10.0.0.5:3333' }).expect(200)
})
