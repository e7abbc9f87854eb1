import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '@reference-plugins/store/temporary'
import { z } from 'zod'
import { definePlugin, none, operation } from '../src/index.ts'
import { oauthShop, openShop, publicUrl, type Shop, serveShop, serviceShop, userShop } from './fixture.ts'
import { hostilePlugin } from './home-fixture.ts'

/** What Chromium and Firefox send when a person enters an address. */
const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8'
const open = ({ api }: Shop, path = '/') => api.get(path).set('Accept', browser)

/** What a module prints in a process of its own. */
const runModule = (script: string): string =>
  execFileSync(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
    timeout: 60_000,
  }).trim()

const shop = await serveShop(openShop())
const development = await serveShop(openShop(), { development: true })

test('a browser gets the page, and every program the problem document', async () => {
  await open(shop).expect(200).expect('Content-Type', 'text/html; charset=utf-8').expect('Vary', 'Origin, Accept')
  for (const accept of [
    '*/*',
    'application/json',
    'application/json, text/html;q=0.5',
    'text/plain',
    'application/*',
    '',
  ])
    for (const path of ['/', '/docs']) {
      const { body } = await shop.api
        .get(path)
        .set('Accept', accept)
        .expect(404)
        .expect('Content-Type', 'application/problem+json')
      assert.equal(body.status, 404, accept)
    }
  await shop.api.get('/').unset('Accept').expect(404)
  for (const method of ['post', 'put', 'delete'] as const)
    await shop.api[method]('/').set('Accept', browser).expect(404)
})

test('the policy allows only files of the plugin, nothing inline and no other host', async () => {
  for (const path of ['/', '/docs']) {
    const { headers, text } = await open(development, path).expect(200)
    const policy = headers['content-security-policy'] as string
    assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self';/)
    assert.doesNotMatch(policy, /unsafe|https?:|\*/)
    assert.doesNotMatch(text, /<script(?![^>]* src=)|<style|\sstyle=|\son\w+=|javascript:/i)
    for (const [, url = ''] of text.matchAll(/(?:src|href)="([^"#]*)"/g))
      if (/^(https?:)?\/\//.test(url)) assert.fail(`${path} loads or links ${url}`)
  }
})

test('the page and its files are cached and validated like the documents, also by HEAD', async () => {
  const { text } = await open(shop).expect(200)
  const files = Array.from(text.matchAll(/(?:src|href)="(\/_page\/[^"]*)"/g), ([, path = '']) => path)
  assert.ok(files.length >= 2)
  const reference = await open(shop, '/docs').expect(200)
  files.push(...Array.from(reference.text.matchAll(/(?:src|href)="(\/_page\/[^"]*)"/g), ([, path = '']) => path))
  for (const path of ['/', '/docs', ...files]) {
    const { headers } = await open(shop, path).expect(200).expect('Cache-Control', 'public, max-age=300')
    assert.equal(headers['cross-origin-resource-policy'], 'same-origin')
    assert.equal(headers['x-content-type-options'], 'nosniff')
    await open(shop, path)
      .set('If-None-Match', headers.etag as string)
      .expect(304, '')
    const head = await shop.api.head(path).set('Accept', browser).expect(200)
    assert.equal(head.headers.etag, headers.etag)
    assert.equal(head.headers['content-length'], headers['content-length'])
    await open(development, path).expect(200).expect('Cache-Control', 'no-cache')
  }
})

test('no other file can be read', async () => {
  for (const name of [
    '',
    'nothing.js',
    '../package.json',
    '%2e%2e/package.json',
    'page.js/',
    'PAGE.JS',
    'page.css.map',
  ])
    await open(shop, `/_page/${name}`).expect(404)
})

test('it says what the plugin is, how to connect it, who may call, and every operation', async () => {
  const { text } = await open(shop).expect(200)
  for (const part of [
    '<h1>Shop</h1>',
    'Order things from a shop.',
    'What can you do?',
    '5 operations',
    'No sign-in',
    `claude mcp add --transport http shop ${publicUrl}/mcp`,
    'vscode:mcp/install?',
    'cursor://anysphere.cursor-deeplink/mcp/install?',
    'librechat.yaml',
    'Anyone who can reach this address may call',
    'href="/.well-known/ai-plugin.json"',
    'href="/openapi.yaml"',
    'href="/legal"',
    'href="/docs"',
    `${publicUrl}/mcp`,
  ])
    assert.ok(text.includes(part), part)
  for (const id of ['findThings', 'addOrder', 'changeOrder', 'deleteOrder', 'breakDown'])
    assert.ok(text.includes(`id="${id}"`), id)
  assert.match(text, /May delete or overwrite something\./)
  assert.match(text, /An assistant asks the user before each call/)
  assert.match(text, /text of at most 10 characters/)
})

test('each auth mode is explained in words, and what cannot connect says why', async () => {
  const pageOf = async (plugin: Parameters<typeof serveShop>[0]) => (await open(await serveShop(plugin))).text
  assert.match(
    await pageOf(serviceShop()),
    /<strong>One token for the assistant\.[\s\S]*ChatGPT has no field for a service token/,
  )
  assert.match(await pageOf(userShop(() => true)), /A token for each user/)
  assert.match(await pageOf(oauthShop()), /Each user signs in[\s\S]*orders:write<\/code><\/dt><dd>Change your orders/)
  const local = await serveShop(openShop(), { publicUrl: 'http://localhost:3333' })
  const { text } = await open(local).set('Host', 'localhost:3333')
  assert.match(text, /ChatGPT runs in the cloud and cannot reach http:\/\/localhost:3333/)
  assert.doesNotMatch(await pageOf(openShop()), /cannot reach/)
})

test('production shows no form and no field for a token; development shows a form for each operation', async () => {
  for (const plugin of [openShop(), serviceShop(), userShop(() => true), oauthShop()]) {
    const { text } = await open(await serveShop(plugin))
    assert.doesNotMatch(text, /<form|<input|<textarea|<select|id="sign-in"/)
    const own = await open(await serveShop(plugin, { development: true }))
    assert.equal(own.text.match(/<form /g)?.length, plugin.operations.length)
    assert.equal(own.text.includes('id="token"'), plugin.auth.securityScheme !== undefined)
  }
})

test('no text of a plugin becomes a part of the page', async () => {
  for (const options of [{}, { development: true }]) {
    const { text } = await open(await serveShop(hostilePlugin(), options)).expect(200)
    assert.equal(text.match(/<details id="act/g)?.length, 30)
    assert.doesNotMatch(text, /<script>|<img src=x|<b>|<\/textarea><b/)
    assert.equal(text.match(/<script/g)?.length, 1)
    // Each tag that opens closes again, so no text has ended one.
    for (const name of ['details', 'form', 'section', 'p', 'code', 'textarea', 'select', 'main'])
      assert.equal(
        text.match(new RegExp(`<${name}[\\s>]`, 'g'))?.length,
        text.match(new RegExp(`</${name}>`, 'g'))?.length,
        name,
      )
    for (const [, data = ''] of text.matchAll(/data-operation="([^"]*)"/g))
      assert.match(JSON.parse(data.replaceAll('&quot;', '"').replaceAll('&#39;', "'")).path, /^\/act\d+\/\{id\}$/)
  }
})

test('below a path every address of the page has the path', async () => {
  const { api } = await serveShop(openShop(), { publicUrl: 'https://example.com/shop', development: true })
  const { text } = await api.get('/').set('Host', 'example.com').set('Accept', browser).expect(200)
  assert.match(text, /<html [^>]*data-base="\/shop"/)
  for (const [, url = ''] of text.matchAll(/(?:src|href)="(\/[^"]*)"/g)) assert.match(url, /^\/shop\//)
  assert.match(text, /https:\/\/example\.com\/shop\/mcp/)
})

test('PAGE=off leaves the problem document at both places', async () => {
  const off = await serveShop(openShop(), { page: false, development: true })
  for (const path of ['/', '/docs', '/_page/page.css']) await open(off, path).expect(404)
})

test('another host name is refused before anything is shown', async () => {
  await open(shop).set('Host', 'evil.example.com').expect(421)
})

test('no document mentions the page', async () => {
  for (const path of ['/openapi.json', '/openapi.yaml', '/openapi-3.0.json', '/.well-known/ai-plugin.json']) {
    const { text, body } = await shop.api.get(path)
    assert.doesNotMatch(`${text}${JSON.stringify(body)}`, /\/docs|_page/)
  }
})

test('the sections and the links to them have the same order: what calls an operation comes before 21 assistants', async () => {
  const { text } = await open(development).expect(200)
  const order = ['access', 'operations', 'connect', 'documents']
  const all = (pattern: RegExp) => Array.from(text.matchAll(pattern), ([, name]) => name)
  assert.deepEqual(all(/<section id="(\w+)"/g), order)
  assert.deepEqual(all(/<a href="#(\w+)">/g), order)
})

test('the page of a plugin whose own operations are at /docs does not lead there', async () => {
  const { api } = await serveShop(
    definePlugin({
      ...openShop(),
      auth: none(),
      operations: {
        listDocs: operation('GET /docs', {
          openWorld: false,
          summary: 'List the documents',
          input: z.object({}),
          output: z.object({ docs: z.array(z.string()) }),
          handler: () => ({ docs: ['own'] }),
        }),
      },
    }),
  )
  await api
    .get('/docs')
    .set('Accept', browser)
    .expect(200, { docs: ['own'] })
  const { text } = await api.get('/').set('Accept', browser).expect(200)
  assert.ok(!text.includes('href="/docs"'))
})

test('nothing of the page is imported before the first visitor', async () => {
  const script = `
    const { createApp, createLog } = await import('${new URL('../src/index.ts', import.meta.url)}')
    const { openShop } = await import('${new URL('fixture.ts', import.meta.url)}')
    const { default: supertest } = await import('supertest')
    const { registerHooks } = await import('node:module')
    const loaded = []
    registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context) } })
    const app = await createApp(openShop(), { publicUrl: '${publicUrl}', log: createLog('silent', false) })
    const api = supertest(app.callback())
    await api.get('/things?word=a').expect(200)
    await api.get('/').expect(404)
    await api.get('/openapi.yaml').expect(200)
    const before = loaded.filter((url) => /src\\/(home|connect)\\//.test(url)).length
    await api.get('/').set('Accept', 'text/html').expect(200)
    const after = loaded.filter((url) => /src\\/(home|connect)\\//.test(url)).length
    console.log(before, after > 5)`
  assert.equal(runModule(script), '0 true')
})

test('where Swagger UI is not installed, no reference is served and no link leads to it', async () => {
  // As in a production install: the package is not found.
  const script = `
    const { registerHooks } = await import('node:module')
    registerHooks({ resolve(name, context, next) {
      if (!name.startsWith('swagger-ui-dist')) return next(name, context)
      throw Object.assign(new Error('not installed'), { code: 'ERR_MODULE_NOT_FOUND' })
    } })
    const { createApp, createLog } = await import('${new URL('../src/index.ts', import.meta.url)}')
    const { openShop } = await import('${new URL('fixture.ts', import.meta.url)}')
    const { default: supertest } = await import('supertest')
    const app = await createApp(openShop(), { publicUrl: '${publicUrl}', log: createLog('silent', false) })
    const get = (path) => supertest(app.callback()).get(path).set('Accept', 'text/html')
    const { text } = await get('/').expect(200)
    console.log(text.includes('href="/docs"'), text.includes('href="/openapi.yaml"'))
    await get('/docs').expect(404)
    await get('/_page/swagger-ui.js').expect(404)`
  assert.equal(runModule(script), 'false true')
})

test('in development the page names the file of the token, and never the token', async () => {
  const secretsFolder = temporaryFolder()
  const page = async (development: boolean) => {
    const { text } = await open(await serveShop(serviceShop(), { development, secretsFolder }))
    assert.ok(!text.includes('the-secret-itself'))
    return text
  }
  assert.doesNotMatch(await page(true), /export TOKEN/)
  const file = join(secretsFolder, 'service-token')
  writeFileSync(file, 'the-secret-itself')
  assert.ok((await page(true)).includes(`export TOKEN=&quot;$(cat ${file})&quot;`))
  assert.ok(!(await page(false)).includes(file))
})
